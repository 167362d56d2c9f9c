/**
 * What Pulumi keeps of a resource: its outputs, and what the program wanted last time. Pulumi's own copy of the
 * inputs will not do for the latter: a refresh replaces it by what is live, so that drift shows, and an update that
 * failed replaces it by what was attempted.
 */
import { isDeepStrictEqual } from "node:util";
import { inputsOfText, keptText } from "../kept-inputs.ts";
import type { Kind } from "../kinds/kind.ts";
import { attemptedInputsKey, lastInputsKey, urnKey } from "./reserved-keys.ts";
import { isRecord } from "../record.ts";

export type Properties = Record<string, unknown>;

/** The arguments as the program wrote them, without keys of Pulumi's and of ours, and without marks that have no value. */
export function wantedOf(news: Properties): Properties {
  return Object.fromEntries(
    Object.entries(news).filter(([key, value]) => !key.startsWith("__") && value !== null),
  );
}

export function urnOf(properties: Properties): string {
  const urn = properties[urnKey];
  return typeof urn === "string" ? urn : "";
}

/** Arguments as they were kept: a text, or values of which some are secret. */
function opened(kind: Kind, kept: unknown): Properties | undefined {
  if (typeof kept === "string") return inputsOfText(kind, kept);
  return isRecord(kept) ? kept : undefined;
}

/** What the program wanted last time, as it was kept. */
export function keptInputs(kind: Kind, state: Properties, otherwise: Properties): Properties {
  return opened(kind, state[lastInputsKey]) ?? otherwise;
}

/** What an update wanted that failed on its way, or `undefined` after one that did not. */
export function attemptedInputs(kind: Kind, state: Properties): Properties | undefined {
  return opened(kind, state[attemptedInputsKey]);
}

/**
 * What to compare the wanted arguments with. After an update that failed, an argument that went back to what it
 * was before it is compared with what was attempted: taking back a failover that got half way is a change.
 */
export function lastOf(last: Properties, attempted: Properties | undefined, wanted: Properties): Properties {
  if (!attempted) return last;
  const keys = new Set([...Object.keys(last), ...Object.keys(attempted)]);
  const pick = (key: string): unknown =>
    isDeepStrictEqual(wanted[key], last[key]) ? attempted[key] : last[key];
  return withoutUndefined(Object.fromEntries([...keys].map((key) => [key, pick(key)])));
}

/** Pulumi's wire format has no `undefined`, at any depth. */
function withoutUndefined(properties: Properties): Properties {
  return JSON.parse(JSON.stringify(properties)) as Properties;
}

/** What is kept of a resource beside its outputs. */
export interface KeptInputs {
  readonly last: Properties;
  readonly attempted?: Properties | undefined;
  /** Whether some of them are secret: the engine encrypts value by value. */
  readonly holdSecrets?: boolean;
}

/** The properties to keep in the state; `own` are keys of ours that are kept as they are. */
export function stateOf(kind: Kind, outputs: object, kept: KeptInputs, own?: Properties): Properties {
  const closed = (inputs: Properties | undefined): unknown =>
    inputs && (kept.holdSecrets ? inputs : keptText(kind, inputs));
  return withoutUndefined({
    ...outputs,
    [lastInputsKey]: closed(kept.last),
    [attemptedInputsKey]: closed(kept.attempted),
    ...own,
  });
}

/**
 * Live settings, cut down to those that the program speaks of. This is what Pulumi shows drift with, property by
 * property; settings that the program leaves to their defaults are no drift, nor is what the engine does not keep.
 */
export function adopted(last: Properties, live: Properties): Properties {
  const entries = Object.entries(last).map(([key, value]) => {
    const now = live[key];
    return [key, isRecord(value) && isRecord(now) ? adopted(value, now) : (now ?? value)];
  });
  return withoutUndefined(Object.fromEntries(entries) as Properties);
}
