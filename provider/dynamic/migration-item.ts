import type * as pulumi from "@pulumi/pulumi";
import {
  type MigrationItemInputs,
  migrationItemKind,
  type MigrationItemOutputs,
} from "../kinds/migration-item.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type ReplicationMigrationItemArgs = DeclaredArgs<MigrationItemInputs>;

/** A VMware machine that moves to Azure once and for all; a change of `migrated` to true migrates it. */
export class ReplicationMigrationItem extends DeclaredResource {
  declare readonly name: pulumi.Output<MigrationItemOutputs["name"]>;
  declare readonly type: pulumi.Output<MigrationItemOutputs["type"]>;
  declare readonly migrated: pulumi.Output<MigrationItemOutputs["migrated"]>;
  declare readonly runsFrom: pulumi.Output<MigrationItemOutputs["runsFrom"]>;
  declare readonly properties: pulumi.Output<MigrationItemOutputs["properties"]>;

  constructor(name: string, args: ReplicationMigrationItemArgs, options?: pulumi.CustomResourceOptions) {
    super(migrationItemKind, name, args, ["name", "type", "migrated", "runsFrom", "properties"], options);
  }
}
