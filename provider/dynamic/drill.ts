import type * as pulumi from "@pulumi/pulumi";
import { type DrillInputs, drillKind, type DrillOutputs } from "../kinds/drill.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type DrillArgs = DeclaredArgs<DrillInputs>;

/** A test failover: creating it runs the test, deleting it cleans up. */
export class Drill extends DeclaredResource {
  declare readonly name: pulumi.Output<DrillOutputs["name"]>;
  declare readonly type: pulumi.Output<DrillOutputs["type"]>;
  declare readonly properties: pulumi.Output<DrillOutputs["properties"]>;

  constructor(name: string, args: DrillArgs, options?: pulumi.CustomResourceOptions) {
    super(drillKind, name, args, ["name", "type", "properties"], options);
  }
}
