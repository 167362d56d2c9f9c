/** Ways to write the id of a resource in the subscription and the group that a template is deployed in. */
import type { Form } from "./disguise.ts";
import { quoted } from "./quoted.ts";

const group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/dr";

interface Id {
  readonly type: string;
  /** The names in it, written as arguments. */
  readonly names: string;
  /** What follows the resource group. */
  readonly path: string;
}

function ofId(write: (id: Id) => string): Form<string> {
  return (value, inner) => {
    if (!value.startsWith(`${group}/providers/`)) return undefined;
    const path = value.slice(group.length);
    const [namespace, ...steps] = path.split("/").slice(2);
    const types = steps.filter((_, index) => index % 2 === 0);
    const names = steps.filter((_, index) => index % 2 === 1).map((name) => inner.text(name));
    return write({ type: quoted([namespace, ...types].join("/")), names: names.join(", "), path });
  };
}

export const idForms: readonly Form<string>[] = [
  ofId(({ type, names }) => `resourceId(${type}, ${names})`),
  ofId(({ type, names }) => `resourceId(resourceGroup().name, ${type}, ${names})`),
  ofId(({ type, names }) => `resourceId(subscription().subscriptionId, 'dr', ${type}, ${names})`),
  ofId(({ type, names }) => `extensionResourceId(resourceGroup().id, ${type}, ${names})`),
  ofId(({ type, names }) => `replace(concat('~', tenantResourceId(${type}, ${names})), '~', '${group}')`),
  ofId(({ path }) => `concat(resourceGroup().id, ${quoted(path)})`),
  ofId(({ path }) => `concat(subscription().id, '/resourceGroups/dr', ${quoted(path)})`),
  ofId(
    ({ path }) =>
      `format('/subscriptions/{0}/resourceGroups/{1}{2}', subscription().subscriptionId, resourceGroup().name, ${quoted(path)})`,
  ),
];
