import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { CheckFailure } from "../handlers/handler.ts";
import { said } from "../message.ts";
import { withSchemaDefaults } from "../handlers/schema-defaults.ts";
import type { Properties } from "../pulumi/resource-state.ts";
import type { ResourceName } from "./resource-calls.ts";

type Autonaming = InstanceType<typeof messages.CheckRequest.AutonamingOptions>;

/**
 * The arguments with a name and with defaults. A resource that has a name keeps it, whatever becomes of its logical
 * name; a new one is called as the program calls it, or as the project's rules for names say.
 */
export function namedInputs(
  { kind, name }: ResourceName,
  { wanted, before }: { wanted: Properties; before: Properties },
  autonaming: Autonaming | undefined,
): { inputs: Properties; failures: CheckFailure[] } {
  const { nameArgument } = kind;
  const { ENFORCE, DISABLE } = messages.CheckRequest.AutonamingOptions.Mode;
  const mode = autonaming?.getMode();
  const proposed = mode === ENFORCE ? autonaming!.getProposedName() : name;
  const given = wanted[nameArgument] ?? before[nameArgument];
  if (given === undefined && mode === DISABLE) {
    const reason = said`is missing: the project's settings turn automatic names off`;
    return { inputs: wanted, failures: [new CheckFailure(nameArgument, reason)] };
  }
  const named = { ...wanted, [nameArgument]: given ?? proposed };
  return { inputs: withSchemaDefaults(kind.kind, named), failures: [] };
}
