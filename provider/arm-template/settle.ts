/** Turns a value of a template into one that can be written: without what is not known. */
import { embeddedSubscriptionId } from "../kinds/kind.ts";
import { flawOf, Hole, isRecord, subscriptionMark } from "./values.ts";

/** Something that a value is without, with its path. */
export interface LeftOut {
  readonly path: string;
  readonly reason: string;
}

const idForm = new RegExp(`^/subscriptions/${subscriptionMark}(?=/|$)`, "i");

/** An id whose subscription is the template's own; every definition has one subscription, and does not name it. */
function settleText(text: string): string | Hole {
  const settled = text.replace(idForm, `/subscriptions/${embeddedSubscriptionId}`);
  const flaw = flawOf(settled);
  return flaw === undefined ? settled : new Hole(flaw);
}

/** What is not known is left out, and added to `leftOut` with its path. */
export function settle(value: unknown, path: string, leftOut: LeftOut[]): unknown {
  const settled = typeof value === "string" ? settleText(value) : value;
  if (settled instanceof Hole) {
    leftOut.push({ path, reason: settled.reason });
    return undefined;
  }
  if (Array.isArray(settled))
    return settled
      .map((one, index) => settle(one, `${path}[${index}]`, leftOut))
      .filter((one) => one !== undefined);
  if (!isRecord(settled)) return settled;
  const pairs = Object.entries(settled).map(([key, one]): [string, unknown] => [
    key,
    settle(one, path === "" ? key : `${path}.${key}`, leftOut),
  ]);
  return Object.fromEntries(pairs.filter(([, one]) => one !== undefined));
}
