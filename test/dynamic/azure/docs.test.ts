/** docs/azure.md tells of each kind what becomes of it; here it is held against the table. */
import fs from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { fates } from "../../../provider/dynamic/azure/fates.ts";
import { kindNames } from "../../../provider/kinds/kind.ts";

const page = fs.readFileSync(path.resolve(import.meta.dirname, "../../../docs/azure.md"), "utf8");
const rows = new Map(
  [...page.matchAll(/^\| `([\w-]+)` +\| (.*?) *\|$/gm)].map(([, kind, what]) => [kind!, what!]),
);

it("has a row for each kind, and none for another", () => {
  expect([...rows.keys()].filter((name) => /^[a-z-]+$/.test(name)).toSorted()).toEqual(
    [...kindNames].toSorted(),
  );
});

it.each(kindNames)("%s: says what the code does", (kind) => {
  const fate = fates[kind];
  const row = rows.get(kind)!;
  if (fate.is === "refused") expect(row).toMatch(/^refused: /);
  if (fate.is === "found") expect(row).toMatch(/^known: /);
  if (fate.is !== "created") return;
  const { file, className } = fate;
  expect(row).toContain(`\`${file.split("/")[0]}.${className}\``);
  for (const property of Object.keys(fate.refused)) expect(row).toContain(`\`${property}\``);
});
