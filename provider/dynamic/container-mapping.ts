import type * as pulumi from "@pulumi/pulumi";
import {
  type ContainerMappingInputs,
  containerMappingKind,
  type ContainerMappingOutputs,
} from "../kinds/container-mapping.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type ReplicationProtectionContainerMappingArgs = DeclaredArgs<ContainerMappingInputs>;

/** Ties a policy to a protection container. */
export class ReplicationProtectionContainerMapping extends DeclaredResource {
  declare readonly name: pulumi.Output<ContainerMappingOutputs["name"]>;
  declare readonly type: pulumi.Output<ContainerMappingOutputs["type"]>;
  declare readonly properties: pulumi.Output<ContainerMappingOutputs["properties"]>;

  constructor(
    name: string,
    args: ReplicationProtectionContainerMappingArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(containerMappingKind, name, args, ["name", "type", "properties"], options);
  }
}
