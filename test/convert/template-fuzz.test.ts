import fc from "fast-check";
import { describe, it } from "vitest";
import { arbitraryTemplate } from "./arbitrary-template.ts";
import { checkTemplates } from "./template-law.ts";

/** How many templates are tried; with a number of one's own they are others each time. */
const wanted = process.env["SITERECOVERY_TEMPLATE_RUNS"];

describe("templates at random", () => {
  it("are converted to what they mean; what is not understood is told and never written", () => {
    fc.assert(fc.property(arbitraryTemplate, checkTemplates), {
      numRuns: Number(wanted ?? 40),
      ...(wanted === undefined ? { seed: 1 } : {}),
      endOnFailure: true,
    });
  }, 7_200_000);
});
