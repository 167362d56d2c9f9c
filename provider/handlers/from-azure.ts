/**
 * Arguments as programs for Azure write them, in the form that the engine keeps: ids of any subscription, and the names
 * of Azure's base classes in place of details.
 */
import { baseClasses } from "../kinds/base-class.ts";
import { embeddedSubscriptionId } from "../kinds/kind.ts";
import { isRecord } from "../record.ts";

const subscription = /^\/subscriptions\/(?!00000000-0000-0000-0000-000000000000\/)[^/]+(?=\/)/i;

/** An id in the one subscription that the engine plays, whatever subscription it was written with. */
export function inOwnSubscription(id: string): string {
  return id.replace(subscription, `/subscriptions/${embeddedSubscriptionId}`);
}

/** What stands for no details: `HyperVSite` is what Azure reads back for one of the base classes. */
const withoutDetails: ReadonlySet<unknown> = new Set([...baseClasses, "HyperVSite"]);
const detailNames = /^(customDetails|providerSpecific(Input|Details)|fabricSpecificDetails)$/;

type Values = Readonly<Record<string, unknown>>;

/** Not one of an argument that Pulumi does not know yet. */
function isPlain(value: unknown): value is Values {
  return isRecord(value) && Object.getPrototypeOf(value) === Object.prototype;
}

function saysNothing(key: string, value: unknown): boolean {
  return (
    detailNames.test(key) &&
    isPlain(value) &&
    Object.keys(value).length === 1 &&
    withoutDetails.has(value["instanceType"])
  );
}

function converted(value: unknown): unknown {
  if (typeof value === "string") return inOwnSubscription(value);
  if (Array.isArray(value)) return value.map(converted);
  if (!isPlain(value)) return value;
  const pairs = Object.entries(value).filter(([key, one]) => !saysNothing(key, one));
  // Tags are words of the user's.
  return Object.fromEntries(pairs.map(([key, one]) => [key, key === "tags" ? one : converted(one)]));
}

/** The arguments of a kind as the engine keeps them. */
export function fromAzure<Inputs extends object>(inputs: Inputs): Inputs {
  return converted(inputs) as Inputs;
}
