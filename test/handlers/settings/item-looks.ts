/** What the rows of items have in common. */
import { expect } from "vitest";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { KindName } from "../../../provider/kinds/kind.ts";
import { Resource } from "../owner-of.ts";
import { behaviourAlone, label, type Row, type Rows } from "./row.ts";

export const scope = ["resourceGroupName", "resourceName", "fabricName", "protectionContainerName"];
export const ofAzure = "the machine that the embedded target makes has no such thing";
export const recorded = label(ofAzure);

export const nowhere =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/dr/providers/Microsoft.Any/things/nowhere";

export const under = (prefix: string, rows: Rows): Rows =>
  Object.fromEntries(Object.entries(rows).map(([key, row]) => [`${prefix}${key}`, row]));

/** A replacement, which deletes first, takes the replica along only with consent. */
export const replicaDeletion = (kind: KindName): Row =>
  behaviourAlone(async ({ site, id, change }) => {
    const handler = handlerOf(kind, site.engine);
    const own = new Resource("web1");
    const remove = async (): Promise<void> => {
      const { inputs } = (await handler.read(id))!;
      const { allowReplicaDeletion } = inputs as { allowReplicaDeletion?: boolean };
      own.declared.set(own.urn, { allowsReplicaDeletion: allowReplicaDeletion === true });
      await handler.delete(id, own.work);
    };
    await expect(remove()).rejects.toThrow(/allowReplicaDeletion: true/);
    await change(true);
    await remove();
    expect(site.engine.findItem(id)).toBeUndefined();
  });
