import type * as pulumi from "@pulumi/pulumi";
import {
  type ProtectedItemInputs,
  protectedItemKind,
  type ProtectedItemOutputs,
} from "../kinds/protected-item.ts";
import { DeclaredResource } from "./declared-resource.ts";
import type { DeclaredArgs } from "./input-of.ts";

export type ReplicationProtectedItemArgs = DeclaredArgs<ProtectedItemInputs>;

/** A machine that is protected; a change of `activeLocation` is a failover or failback. */
export class ReplicationProtectedItem extends DeclaredResource {
  declare readonly name: pulumi.Output<ProtectedItemOutputs["name"]>;
  declare readonly type: pulumi.Output<ProtectedItemOutputs["type"]>;
  declare readonly activeLocation: pulumi.Output<ProtectedItemOutputs["activeLocation"]>;
  declare readonly runsFrom: pulumi.Output<ProtectedItemOutputs["runsFrom"]>;
  declare readonly properties: pulumi.Output<ProtectedItemOutputs["properties"]>;

  constructor(name: string, args: ReplicationProtectedItemArgs, options?: pulumi.CustomResourceOptions) {
    super(
      protectedItemKind,
      name,
      args,
      ["name", "type", "activeLocation", "runsFrom", "properties"],
      options,
    );
  }
}
