import type * as pulumi from "@pulumi/pulumi";
import {
  type MasterTargetInputs,
  masterTargetKind,
  type MasterTargetOutputs,
} from "../kinds/master-target.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type MasterTargetArgs = DeclaredArgs<MasterTargetInputs>;

/** A master target server: takes the data that comes to its side. */
export class MasterTarget extends DeclaredResource {
  declare readonly name: pulumi.Output<MasterTargetOutputs["name"]>;
  declare readonly type: pulumi.Output<MasterTargetOutputs["type"]>;
  declare readonly properties: pulumi.Output<MasterTargetOutputs["properties"]>;

  constructor(name: string, args: MasterTargetArgs, options?: pulumi.CustomResourceOptions) {
    super(masterTargetKind, name, args, ["name", "type", "properties"], options);
  }
}
