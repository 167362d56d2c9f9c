import type * as pulumi from "@pulumi/pulumi";
import { type NetworkPathInputs, networkPathKind, type NetworkPathOutputs } from "../kinds/network-path.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type NetworkPathArgs = DeclaredArgs<NetworkPathInputs>;

/** How a site reaches the other side, and what of it is open. */
export class NetworkPath extends DeclaredResource {
  declare readonly name: pulumi.Output<NetworkPathOutputs["name"]>;
  declare readonly type: pulumi.Output<NetworkPathOutputs["type"]>;
  declare readonly properties: pulumi.Output<NetworkPathOutputs["properties"]>;

  constructor(name: string, args: NetworkPathArgs, options?: pulumi.CustomResourceOptions) {
    super(networkPathKind, name, args, ["name", "type", "properties"], options);
  }
}
