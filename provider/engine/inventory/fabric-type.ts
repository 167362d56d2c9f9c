/** What sort of site a fabric is. */
import type { FabricInputs, FabricType } from "../../kinds/fabric.ts";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";

/** The sort of a declared fabric, or `undefined` if there is none of that id. */
export function fabricTypeOf(parts: EngineParts, fabricId: string): FabricType | undefined {
  const fabric = findThing<FabricInputs>(parts.store, fabricId);
  if (fabric?.kind !== "fabric") return undefined;
  const type = fabric.inputs.properties?.customDetails?.instanceType;
  return type === undefined || type === "FabricSpecificCreationInput" ? "HyperVSite" : type;
}
