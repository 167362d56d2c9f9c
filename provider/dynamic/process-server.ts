import type * as pulumi from "@pulumi/pulumi";
import {
  type ProcessServerInputs,
  processServerKind,
  type ProcessServerOutputs,
} from "../kinds/process-server.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type ProcessServerArgs = DeclaredArgs<ProcessServerInputs>;

/** A process server: takes the data of the machines that it serves and sends it to the target. */
export class ProcessServer extends DeclaredResource {
  declare readonly name: pulumi.Output<ProcessServerOutputs["name"]>;
  declare readonly type: pulumi.Output<ProcessServerOutputs["type"]>;
  declare readonly properties: pulumi.Output<ProcessServerOutputs["properties"]>;

  constructor(name: string, args: ProcessServerArgs, options?: pulumi.CustomResourceOptions) {
    super(processServerKind, name, args, ["name", "type", "properties"], options);
  }
}
