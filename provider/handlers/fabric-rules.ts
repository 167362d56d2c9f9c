/** Rules that depend on what sort of site a thing is declared in, and so on what stands there already. */
import { armIdOf, nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { SiteRecoveryError } from "../errors.ts";
import { fabricKind, type FabricType } from "../kinds/fabric.ts";
import type { Kind } from "../kinds/kind.ts";
import { type Message, plain, said } from "../message.ts";
import { argumentName } from "../kinds/argument-name.ts";

/** What people call a site of a sort. */
export const fabricTitles: Record<FabricType, string> = {
  HyperVSite: "a Hyper-V site",
  VMM: "a VMM fabric",
  VMware: "a VMware fabric",
  Azure: "an Azure fabric",
};

/** What a rule is about. */
export interface Ruled {
  readonly engine: Engine;
  readonly kind: Kind;
  readonly id: string;
  readonly inputs: object;
}

export function fabricIdOf(inputs: object): string {
  return armIdOf(fabricKind, inputs);
}

/** The sort of the fabric that the arguments name. It is declared: references are looked at before rules. */
export function fabricTypeOf(engine: Engine, inputs: object): FabricType {
  return engine.components.fabricType(fabricIdOf(inputs)) ?? "HyperVSite";
}

/** Throws `InvalidInput` for a property that a sort of site must have, or must not have. */
export function refuse(
  { kind, id, inputs, engine }: Ruled,
  property: string,
  reason: string | Message,
): never {
  const site = said`${nameOf(fabricIdOf(inputs))} is ${plain(fabricTitles[fabricTypeOf(engine, inputs)])}`;
  const message = said`The ${plain(kind.title)} ${nameOf(id)} cannot be declared so: ${plain(argumentName(property))} ${reason} (${site}).`;
  throw new SiteRecoveryError("InvalidInput", message, { target: id, property });
}

/** Throws `InvalidInput` when the fabric is of none of the sorts. */
export function requireFabricType(ruled: Ruled, types: readonly FabricType[], why: string): FabricType {
  const type = fabricTypeOf(ruled.engine, ruled.inputs);
  if (types.includes(type)) return type;
  const wanted = types.map((one) => fabricTitles[one]).join(" or ");
  return refuse(
    ruled,
    "fabricName",
    said`does not fit: ${plain(why)}, and so it belongs in ${plain(wanted)}`,
  );
}

/** Throws `PrerequisitesNotMet` without a registered VMM server or configuration server in the fabric. */
export function requireProvider({ engine, kind, id, inputs }: Ruled, server: string, why: string): void {
  const fabricId = fabricIdOf(inputs);
  if (engine.components.providerOf(fabricId)) return;
  const message = said`The ${plain(kind.title)} ${nameOf(id)} needs a registered ${plain(server)} in the fabric ${nameOf(fabricId)}: ${plain(why)}.
      Declare a ReplicationRecoveryServicesProvider in that fabric, and let this resource depend on it.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: id, property: "fabricName" });
}
