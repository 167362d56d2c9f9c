import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RuleId, ruleIds, rules } from "../../provider/rules/registry.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";
import type { Finding } from "../../provider/yaml/finding.ts";
import { makeCorpusSurroundings } from "./corpus-surroundings.ts";

const corpus = path.join(import.meta.dirname, "corpus");
let folder: string;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-corpus-"));
  makeCorpusSurroundings(folder);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** What is told of a file of the corpus, and is no advice that the rule has nothing to do with. */
function findingsOf(rule: RuleId, file: string): readonly Finding[] {
  return toldOf(rule, file).filter((one) => one.rule === rule || rules[one.rule].severity === "error");
}

/** What is told of a file of the corpus, which is looked at among all the machines and folders that it names. */
function toldOf(rule: string, file: string): readonly Finding[] {
  const files = fs.readdirSync(path.join(corpus, rule));
  for (const name of files)
    fs.cpSync(path.join(corpus, rule, name), path.join(folder, name), { recursive: true });
  try {
    const stack = readStack(path.join(folder, file));
    expect(declarationsOf(stack).length).toBeGreaterThan(0);
    return stack.advice.findings;
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.findings;
  } finally {
    for (const name of files) fs.rmSync(path.join(folder, name), { recursive: true });
  }
}

describe("the corpus of definitions", () => {
  it("has a folder for each rule, and none for another", () => {
    expect(fs.readdirSync(corpus).toSorted()).toEqual(ruleIds.toSorted());
  });

  for (const rule of ruleIds) {
    const folderOfRule = path.join(corpus, rule);
    const files = fs.existsSync(folderOfRule) ? fs.readdirSync(folderOfRule) : [];
    const good = files.filter((name) => /^good.*\.yaml$/.test(name));
    const bad = files.filter((name) => /^bad.*\.yaml$/.test(name));

    it(`${rule} is kept by the good ones`, () => {
      expect(good.length).toBeGreaterThan(0);
      for (const file of good) expect(findingsOf(rule, file), file).toEqual([]);
    });

    it(`${rule} is broken by the bad ones, and nothing else is`, () => {
      expect(bad.length).toBeGreaterThan(0);
      for (const file of bad) {
        const findings = findingsOf(rule, file);
        const told = findings.map((finding) => `${finding.rule}: ${finding.property} ${finding.message}`);
        expect(findings.length, file).toBeGreaterThan(0);
        expect(
          told.filter((line) => !line.startsWith(`${rule}: `)),
          file,
        ).toEqual([]);
        for (const { line, column } of findings) expect(Math.min(line, column)).toBeGreaterThan(0);
      }
    });
  }
});
