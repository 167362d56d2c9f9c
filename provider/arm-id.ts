/**
 * ARM ids, printed and parsed: `/subscriptions/{sub}/resourceGroups/{group}/providers/{path}`.
 * Azure compares ids without regard to letter case and so do we; what the user wrote is kept as written.
 */
import { createHash } from "node:crypto";
import { SiteRecoveryError } from "./errors.ts";
import { embeddedSubscriptionId, type Kind } from "./kinds/kind.ts";
import { plain, said } from "./message.ts";

/** The id of a thing of a kind from its arguments. Throws `InvalidInput` when a part of the path is missing. */
export function armIdOf(kind: Kind, inputs: object): string {
  const values = inputs as Record<string, unknown>;
  const fill = (name: string): string => {
    const value = values[name];
    if (typeof value === "string" && value !== "") return value;
    const message = said`A ${plain(kind.title)} needs ${name}.`;
    throw new SiteRecoveryError("InvalidInput", message, { property: name });
  };
  const path = kind.path.replace(/\{(\w+)\}/g, (_, name: string) => fill(name));
  return `/subscriptions/${embeddedSubscriptionId}/resourceGroups/${fill("resourceGroupName")}/providers/${path}`;
}

/** The arguments that an id is made of. */
export function idNames(kind: Kind): string[] {
  return ["resourceGroupName", ...Array.from(kind.path.matchAll(/\{(\w+)\}/g), ([, name]) => name!)];
}

/** The ids of things that arguments of a kind name by name alone. */
export function namedIdsOf(kind: Kind, inputs: object): string[] {
  const given = new Set(Object.entries(inputs).flatMap(([key, value]) => (value === undefined ? [] : key)));
  return (kind.names ?? [])
    .filter((path) => [...path.matchAll(/\{(\w+)\}/g)].every(([, name]) => given.has(name!)))
    .map((path) => armIdOf({ ...kind, path }, inputs));
}

/** True when an id is of a kind, whatever the letter case. */
export function isIdOf(kind: Kind, id: string): boolean {
  const path = kind.path.replace(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.");
  return new RegExp(`^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/${path}$`, "i").test(id);
}

/** The last part of an id: the thing's own name. */
export function nameOf(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** The id of the thing that this one lives in: the id less its last type and name. */
export function parentOf(id: string): string {
  return id.split("/").slice(0, -2).join("/");
}

/** The form in which ids are compared and kept as keys. */
export function idKey(id: string): string {
  return id.toLowerCase();
}

/** The same without the subscription, which definitions and the arguments of resources do not name. */
export function subscriptionlessKey(id: string): string {
  return idKey(id).replace(/^\/subscriptions\/[^/]*/, "");
}

/** Whether two ids name the same thing. */
export function sameId(one: string, other: string): boolean {
  return idKey(one) === idKey(other);
}

/** The identifier that Azure would give out beside an id: a UUID in form, always the same for the same id. */
export function identifierOf(id: string): string {
  const hex = createHash("sha256").update(idKey(id)).digest("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)];
  return parts.join("-");
}
