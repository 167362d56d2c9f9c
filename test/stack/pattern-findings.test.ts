import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readStack } from "../../provider/stack/read-stack.ts";
import type { DefinitionError } from "../../provider/yaml/definition-error.ts";
import { writeMachine } from "../machines/machine-folder.ts";
import { goodDefinition } from "./good-definition.ts";

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-patterns-"));
  for (const name of ["web1", "db1", "app1", "app2", "app3"]) writeMachine(path.join(folder, "hv1"), name);
});

afterAll(() => fs.rmSync(folder, { recursive: true }));

function findingsOf(text: string): string[] {
  const file = path.join(folder, "siterecovery.yaml");
  fs.writeFileSync(file, text);
  try {
    return readStack(file).advice.findings.map(({ property, message }) => `${property}: ${message}`);
  } catch (error) {
    return (error as DefinitionError).findings.map(({ property, message }) => `${property}: ${message}`);
  }
}

const withApps = (entry: string, groups = '["app*"]'): string =>
  goodDefinition
    .replace("  - { name: db1 }\n", `  - { name: db1 }\n  - { name: "app*", ${entry} }\n`)
    .replace("[web1]]", `[web1], ${groups}]`);

describe("a mistake in a pattern", () => {
  it("is one finding that counts the machines", () => {
    expect(findingsOf(withApps("storageAccount: replicsa"))).toEqual([
      "machines[2].storageAccount: there is no storage account 'replicsa'; did you mean 'replicas'? (app1 and 2 more)",
    ]);
    expect(findingsOf(withApps("disks: [data]"))).toEqual([
      "machines[2].disks[0]: there is no disk of app1 'data'; there are os (app1 and 2 more)",
      "machines[2].disks: leaves out 'os', which the machine boots from; add it to the list (app1 and 2 more)",
    ]);
  });

  it("is one finding where the pattern is a name in a plan", () => {
    const twice = withApps("activeLocation: primary", '["app*"]').replace(
      "drills:",
      '  - { name: other, activeLocation: recovery, groups: [["app*"]] }\ndrills:',
    );
    expect(findingsOf(twice).filter((text) => text.includes("and 2 more"))).toHaveLength(1);
  });
});

describe("minutes where seconds belong", () => {
  it("are told in seconds", () => {
    expect(findingsOf(goodDefinition.replace("replicationInterval: 300", "replicationInterval: 5"))).toEqual([
      "policies[0].replicationInterval: 5 is not one of 30, 300 or 900; it is in seconds, and 5 minutes are 300",
    ]);
  });
});
