import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { functionGroups } from "../../provider/arm-template/functions.ts";
import type { TemplateFunction } from "../../provider/arm-template/template-function.ts";
import { arbitraryTemplate } from "./arbitrary-template.ts";
import { checkTemplates } from "./template-law.ts";
import { convertTemplate } from "./template.ts";

/** How many templates are tried; with a number of one's own they are others each time. */
const wanted = process.env["SITERECOVERY_TEMPLATE_RUNS"];

/** The names of the functions that are evaluated while `work` runs. */
function functionsUsedBy(work: () => void): Set<string> {
  const used = new Set<string>();
  const undo: (() => void)[] = [];
  for (const table of Object.values(functionGroups))
    for (const [name, row] of Object.entries(table)) {
      const own = { ...row };
      const watched: TemplateFunction =
        "run" in own
          ? { ...own, run: (...given) => (used.add(name), own.run(...given)) }
          : { ...own, choose: (...given) => (used.add(name), own.choose(...given)) };
      Object.assign(row, watched);
      undo.push(() => void Object.assign(row, own));
    }
  try {
    work();
  } finally {
    for (const one of undo) one();
  }
  return used;
}

describe("templates at random", () => {
  it("are converted to what they mean; what is not understood is told and never written", () => {
    fc.assert(fc.property(arbitraryTemplate, checkTemplates), {
      numRuns: Number(wanted ?? 40),
      ...(wanted === undefined ? { seed: 1 } : {}),
      endOnFailure: true,
    });
  }, 7_200_000);

  it("use every function that has a value without Azure", () => {
    const documented = Object.values(functionGroups).flatMap((table) => Object.keys(table));
    const used = functionsUsedBy(() => {
      for (const { disguised } of fc.sample(arbitraryTemplate, { numRuns: 60, seed: 1 }))
        convertTemplate(disguised);
    });
    expect(documented.filter((name) => !used.has(name))).toEqual([]);
  });
});
