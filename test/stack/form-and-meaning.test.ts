import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readStack } from "../../provider/stack/read-stack.ts";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";
import type { Finding } from "../../provider/yaml/finding.ts";
import { readWholeYaml } from "../../provider/yaml/read-yaml.ts";
import { writeYaml } from "../../provider/yaml/write-yaml.ts";
import { temporaryFolder } from "../setup/temporary-folder.ts";
import { hyperVToAzure, makeSites, vmmToAzure, vmmToSite, vmwareToAzure, vmwareToSite } from "./six-flows.ts";

function findingsOf(file: string): readonly Finding[] {
  try {
    readStack(file);
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.findings;
  }
}

function rulesOf(text: string): string[] {
  const file = path.join(temporaryFolder(), "siterecovery.yaml");
  fs.writeFileSync(file, text);
  return findingsOf(file)
    .map(({ rule, line }) => `${line}: ${rule}`)
    .sort();
}

const head = "version: 1\nresourceGroup: dr\nazure: { storageAccounts: [{ name: replicas }] }\n";

describe("a definition that is wrong in form and in meaning", () => {
  it("is told of both in one run", () => {
    const text = `${head}vault: { name: v, colour: red }
policies: [{ name: five, replicationInterval: 31 }]
sites: [{ name: london, hosts: [{ name: hv1, inventory: nowhere }], policy: six }]
`;
    expect(rulesOf(text)).toEqual(
      [
        "4: bad-format",
        "4: unknown-property",
        "5: policy-replication-interval",
        "6: unknown-policy",
        "6: folder-missing",
      ].sort(),
    );
  });

  it("is told of all but what hangs on a kind that is no word", () => {
    const text = `${head}vault: { name: dr-vault }
policies: [{ name: five }]
sites: [{ name: london, kind: cloud, policy: six, vcenters: [{ name: vc1, inventory: nowhere }] }]
machines: [{ name: web1, storageAccount: replica }]
plans: [{ name: shop, site: paris, groups: [[web1, db1]] }]
`;
    expect(rulesOf(text)).toEqual([
      "6: folder-missing",
      "6: not-a-choice",
      "6: unknown-policy",
      "7: unknown-storage-account",
      "8: plan-unknown-machine",
    ]);
  });

  it("is told of all but what may be the one whose name is missing", () => {
    const text = `${head}vault: {}
policies: [{ replicationInterval: 300 }]
sites: [{ name: london, hosts: [{ name: hv1 }, { name: hv2, inventory: nowhere }], policy: five }]
machines: [{ site: paris }, 5]
plans: [{ name: shop, groups: [[web1], [web1]] }]
drills: rehearsal
`;
    expect(rulesOf(text)).toEqual([
      "4: missing-property",
      "5: missing-property",
      "6: folder-missing",
      "6: missing-property",
      "7: missing-property",
      "7: wrong-type",
      "8: duplicate-name",
      "9: wrong-type",
    ]);
  });
});

const ofForm = new Set(["missing-property", "wrong-type", "not-a-choice", "list-length"]);

/** Every path of a value but its root. */
function pathsOf(value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => {
    const path = [...at, key];
    return [path, ...pathsOf((value as Record<string | number, unknown>)[key], path)];
  });
}

const inAzure = fs.readFileSync(new URL("corpus/azure-drill/good.yaml", import.meta.url), "utf8");

describe("one mistake of form in a definition that is right otherwise", () => {
  it.each(Object.entries({ hyperVToAzure, vmmToAzure, vmmToSite, vmwareToAzure, vmwareToSite, inAzure }))(
    "brings up no other finding than its own: %s",
    (_flow, text) => {
      const folder = temporaryFolder();
      makeSites(folder);
      const file = path.join(folder, "siterecovery.yaml");
      fs.writeFileSync(file, text);
      const right = readWholeYaml(file, text).value;
      let mistakes = 0;
      for (const place of pathsOf(right)) {
        for (const wrong of [undefined, 5, [], {}]) {
          const value = structuredClone(JSON.parse(JSON.stringify(right))) as object;
          const holder = place.slice(0, -1).reduce<object>((inner, step) => inner[step as never], value);
          if (wrong === undefined && Array.isArray(holder)) continue;
          if (wrong === undefined) Reflect.deleteProperty(holder, place.at(-1)!);
          else Reflect.set(holder, place.at(-1)!, wrong);
          fs.writeFileSync(file, writeYaml(value));
          const findings = findingsOf(file);
          const form = findings.filter(({ rule }) => ofForm.has(rule));
          if (form.length === 0) continue;
          mistakes += 1;
          const what = `${place.join(".")} = ${JSON.stringify(wrong)}`;
          expect(
            findings.filter((finding) => !form.includes(finding)),
            what,
          ).toEqual([]);
        }
      }
      expect(mistakes).toBeGreaterThan(50);
    },
  );
});
