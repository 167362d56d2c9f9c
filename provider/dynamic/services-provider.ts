import type * as pulumi from "@pulumi/pulumi";
import {
  type ServicesProviderInputs,
  servicesProviderKind,
  type ServicesProviderOutputs,
} from "../kinds/services-provider.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type ReplicationRecoveryServicesProviderArgs = DeclaredArgs<ServicesProviderInputs>;

/** The registration of a host, with the folder that holds its machines. */
export class ReplicationRecoveryServicesProvider extends DeclaredResource {
  declare readonly name: pulumi.Output<ServicesProviderOutputs["name"]>;
  declare readonly type: pulumi.Output<ServicesProviderOutputs["type"]>;
  declare readonly properties: pulumi.Output<ServicesProviderOutputs["properties"]>;

  constructor(
    name: string,
    args: ReplicationRecoveryServicesProviderArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(servicesProviderKind, name, args, ["name", "type", "properties"], options);
  }
}
