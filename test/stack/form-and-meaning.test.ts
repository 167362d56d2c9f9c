import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readStack } from "../../provider/stack/read-stack.ts";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";
import { temporaryFolder } from "../setup/temporary-folder.ts";

function rulesOf(text: string): string[] {
  const file = path.join(temporaryFolder(), "siterecovery.yaml");
  fs.writeFileSync(file, text);
  try {
    readStack(file);
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.findings.map(({ rule, line }) => `${line}: ${rule}`).sort();
  }
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

  it("is told of its form alone where that leaves nothing to go by", () => {
    const text = `${head}vault: { name: dr-vault }
policies: [{ name: five }]
sites: [{ name: london, kind: cloud, policy: six }]
`;
    expect(rulesOf(text)).toEqual(["6: not-a-choice"]);
  });
});
