import fc from "fast-check";
import { describe, it } from "vitest";
import { arbitraryTemplate } from "./arbitrary-template.ts";
import { checkTemplates } from "./template-law.ts";

describe("templates at random", () => {
  it("are converted to what they mean; what is not understood is told and never written", () => {
    fc.assert(fc.property(arbitraryTemplate, checkTemplates), {
      numRuns: Number(process.env["SITERECOVERY_TEMPLATE_RUNS"] ?? 40),
    });
  }, 3_600_000);
});
