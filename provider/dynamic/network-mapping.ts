import type * as pulumi from "@pulumi/pulumi";
import {
  type NetworkMappingInputs,
  networkMappingKind,
  type NetworkMappingOutputs,
} from "../kinds/network-mapping.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type ReplicationNetworkMappingArgs = DeclaredArgs<NetworkMappingInputs>;

/** The network that machines join after a failover. */
export class ReplicationNetworkMapping extends DeclaredResource {
  declare readonly name: pulumi.Output<NetworkMappingOutputs["name"]>;
  declare readonly type: pulumi.Output<NetworkMappingOutputs["type"]>;
  declare readonly properties: pulumi.Output<NetworkMappingOutputs["properties"]>;

  constructor(name: string, args: ReplicationNetworkMappingArgs, options?: pulumi.CustomResourceOptions) {
    super(networkMappingKind, name, args, ["name", "type", "properties"], options);
  }
}
