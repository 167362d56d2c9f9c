import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { mutants } from "./mutants.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const textOf = (file: string): string => fs.readFileSync(path.join(root, file), "utf8");

describe("the list of faults", () => {
  it("has sixty or more, each with a name of its own", () => {
    expect(mutants.length).toBeGreaterThanOrEqual(60);
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
  });

  it.each(mutants)(
    "$id: its line is in the source once, and can be replaced",
    ({ file, find, replace, tests }) => {
      const text = textOf(file);
      expect(text.split(find), find).toHaveLength(2);
      const mutated = text.replace(find, () => replace);
      expect(mutated).not.toBe(text);
      const { diagnostics } = ts.transpileModule(mutated, { reportDiagnostics: true });
      expect(diagnostics, "it is still TypeScript").toEqual([]);
      for (const test of tests) expect(fs.existsSync(path.join(root, test)), test).toBe(true);
    },
  );

  it("leaves out each call in provider/ that makes something durable", () => {
    const sources = fs
      .readdirSync(path.join(root, "provider"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `provider/${name}`);
    const missing: string[] = [];
    for (const file of sources) {
      const text = textOf(file);
      for (const call of text.matchAll(/(?:\.(?:sync|syncLater|syncFolder)|fs\.fsync(?:Sync)?)\(/g)) {
        const isLeftOut = mutants.some(({ file: source, find, replace }) => {
          const at = text.indexOf(find);
          return (
            source === file && at <= call.index && call.index < at + find.length && !replace.includes(call[0])
          );
        });
        if (!isLeftOut) missing.push(`${file}:${text.slice(0, call.index).split("\n").length}`);
      }
    }
    expect(missing, "calls without a fault in test/mutants/sync-calls.ts").toEqual([]);
  });
});
