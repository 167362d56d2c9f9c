/**
 * A secret of any type in any argument, in the whole life of a resource: create, refresh, preview, updates that work
 * and fail, refusals, delete. The handler takes everything and quotes it wherever a handler can; what people may
 * read, and what is kept in plain, has nothing of the secrets.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { idNames } from "../../provider/arm-id.ts";
import { kindNames } from "../../provider/kinds/kind.ts";
import { kinds } from "../../provider/kinds/registry.ts";
import { OfDynamic } from "./living-of-dynamic.ts";
import { OfPlugin } from "./living-of-plugin.ts";
import { type Living, Scene } from "./living.ts";
import { placesOf } from "./secret-places.ts";
import { bare, secretValue, tellers } from "./secret-values.ts";

/** Every step that Pulumi takes with a resource, each once well and twice with an error that quotes what it has. */
async function live(living: Living, { handler }: Scene, [first, second]: [unknown, unknown]): Promise<void> {
  await living.create(first);
  await living.refresh();
  await living.diff(second);
  await living.update(second);
  await living.refresh();
  for (const trouble of ["refusal", "defect"] as const) {
    for (const step of ["refresh", "diff", "update", "delete"] as const) {
      handler.trouble = trouble;
      await living[step](first);
      expect(handler.trouble, step).toBeUndefined();
      await living.update(second);
    }
    await living.delete();
    handler.trouble = trouble;
    await living.create(first);
  }
}

const places = kindNames.flatMap((kind) =>
  placesOf(kind)
    // A secret in a name is refused.
    .filter(({ keys: [first] }) => !idNames(kinds[kind]).includes(String(first)))
    .map((place) => ({ kind, place })),
);

describe.each([
  ["the plugin", OfPlugin],
  ["dynamic resources", OfDynamic],
] as const)("a secret in the whole life of a resource, through %s", (_door, Resource) => {
  test("is never told, and never kept in plain", async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...places),
      fc.tuple(secretValue, secretValue),
      async (where, values) => {
        const scene = new Scene(where.kind);
        await live(new Resource(where, scene), scene, values);
        const all = bare(scene.said.join("\n"));
        for (const teller of values.flatMap(tellers)) expect(all).not.toContain(teller);
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });
});
