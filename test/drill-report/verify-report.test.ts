import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DrillReport } from "../../provider/drill-report/drill-report.ts";
import { reportPage } from "../../provider/drill-report/report-page.ts";
import { digestsOf, sealReport } from "../../provider/drill-report/seal-report.ts";
import { verifyChain, verifyReport } from "../../provider/drill-report/verify-report.ts";
import { schemaProblems } from "../../provider/yaml/read-valid-yaml.ts";
import { chainOf, factsOf, newKey } from "./sealed.ts";

const key = newKey();
const report = sealReport(factsOf(), key);
const copy = (): DrillReport => JSON.parse(JSON.stringify(report)) as DrillReport;

type Container = Record<string, unknown>;

/** The container of a JSON Pointer's last word, and that word. */
function placeOf(root: unknown, pointer: string): [Container, string] {
  const words = pointer
    .split("/")
    .slice(1)
    .map((word) => word.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = words.pop()!;
  return [words.reduce((at, word) => at[word] as Container, root as Container), last];
}

const pointers = Object.keys(digestsOf(report));
const pointer = fc.constantFrom(...pointers);

describe("the check of a report", () => {
  it("finds nothing wrong with a report as it was signed, whatever the order of its names", () => {
    expect(verifyReport(report)).toEqual([]);
    expect(verifyReport(report, report.seal.publicKey)).toEqual([]);
    const reversed = Object.fromEntries(Object.entries(report).reverse()) as unknown as DrillReport;
    expect(verifyReport(reversed)).toEqual([]);
    expect(schemaProblems(report, "drill-report")).toEqual([]);
  });

  it("finds any change of any value, and names it", () => {
    fc.assert(
      fc.property(pointer, fc.jsonValue(), (where, value) => {
        const changed = copy();
        const [container, name] = placeOf(changed, where);
        fc.pre(JSON.stringify(container[name]) !== JSON.stringify(value) && !Object.is(value, -0));
        container[name] = value;
        // The command looks at the schema first.
        if (schemaProblems(changed, "drill-report").length > 0 && where.startsWith("/seal/")) return;
        const findings = verifyReport(changed).join("\n");
        expect(findings).not.toBe("");
        if (!where.startsWith("/seal/")) expect(findings).toContain(where);
      }),
      { numRuns: 400 },
    );
  });

  it("finds any value that was removed or added, and names it", () => {
    for (const where of pointers) {
      const changed = copy();
      const [container, name] = placeOf(changed, where);
      if (Array.isArray(container)) container.splice(Number(name), 1);
      else Reflect.deleteProperty(container, name);
      // Without a part of its seal a report is refused by the schema before that.
      if (schemaProblems(changed, "drill-report").length > 0 && where.startsWith("/seal/")) continue;
      expect(verifyReport(changed), where).not.toEqual([]);
    }
    const added = { ...copy(), error: "none" };
    expect(verifyReport(added)).toEqual(["/error was added after the report was signed"]);
  });

  it("finds a change whose digest was changed as well", () => {
    const changed = copy() as { measuredRpoSeconds: number } & DrillReport;
    changed.measuredRpoSeconds = 1;
    const { seal: _seal, ...facts } = changed;
    const forged = { ...changed, seal: { ...report.seal, digests: digestsOf(facts) } };
    expect(verifyReport(forged)).toEqual(["the signature is not of what the report's seal says"]);
  });

  it("finds a report that another key has signed", () => {
    const forged = sealReport({ ...factsOf(), result: "Failed" }, newKey());
    expect(verifyReport(forged)).toEqual([]);
    expect(verifyReport(forged, report.seal.publicKey).join()).toMatch(/signed by another key \(.*\) than/);
    const claimed = { ...forged, seal: { ...forged.seal, publicKey: report.seal.publicKey } };
    expect(verifyReport(claimed, report.seal.publicKey)).toEqual([
      "the signature is not of what the report's seal says",
    ]);
  });

  it("refuses a key or a signature that is none without falling over", () => {
    for (const seal of [{ publicKey: "" }, { publicKey: "AAAA" }, { signature: "" }, { signature: "%" }])
      expect(
        verifyReport({ ...report, seal: { ...report.seal, ...seal } }),
        JSON.stringify(seal),
      ).not.toEqual([]);
  });
});

describe("the check of a chain", () => {
  const chain = chainOf(4, key);
  const [first, second, third, fourth] = chain as [DrillReport, DrillReport, DrillReport, DrillReport];

  it("finds nothing wrong with a whole one, in any order, and leaves reports of other vaults out", () => {
    const { seal: _seal, ...facts } = first;
    const stranger = sealReport({ ...facts, vaultId: "/other/vaults/x" }, newKey());
    for (const one of chain) expect(verifyChain(one, [...chain].reverse().concat(stranger))).toEqual([]);
  });

  it("finds a report that is missing", () => {
    expect(verifyChain(fourth, [first, third])).toEqual(["report 2 of the vault is missing"]);
    expect(verifyChain(fourth, [second, third])).toEqual(["report 1 of the vault is missing"]);
  });

  it("finds a report that was replaced, with the same key and with another one", () => {
    const { seal: _seal, ...facts } = second;
    const again = sealReport({ ...facts, result: "Failed" }, key);
    expect(verifyChain(fourth, [first, again, third])).toEqual([
      "report 3 does not follow report 2: its SHA-256 is another one",
    ]);
    expect(verifyChain(fourth, [first, sealReport(facts, newKey()), third]).join("\n")).toMatch(
      /report 2: the report was signed by another key[\s\S]*report 3 does not follow report 2/,
    );
    expect(verifyChain(fourth, [first, second, again, third])).toEqual([
      "there are 2 different reports with the number 2",
    ]);
  });

  it("finds a changed report among those before", () => {
    const changed = { ...second, engineId: "another" };
    expect(verifyChain(fourth, [first, changed, third])[0]).toBe(
      "report 2: /engineId was changed after the report was signed",
    );
  });
});

it("the page shows all of the report, and nothing in a report becomes markup", () => {
  const page = reportPage(report);
  expect(page).not.toContain("<script>");
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more");
  expect(page).toContain("quarterly &lt;drill&gt; é");
  for (const shown of [
    "web1-test",
    "30.5 s",
    "90.5 s, by what the guest says",
    "2026-01-01T11:58:29.500Z",
    "900 s",
    "41.5 s",
    "proven: refused the connection; control: reached by &lt;TCP&gt;",
    "600 s",
    "login:",
    "was not there any more",
    "<svg",
    "drill-net",
  ])
    expect(page).toContain(shown);
  // It is one file: nothing is loaded from elsewhere.
  expect(page).toContain('src="data:image/png;base64,iVBORw0KGgo="');
  expect(page.replace("src=", "")).not.toMatch(/(src|href)=|@import|url\(/);
});
