import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lockText } from "../../provider/stack/inventory-lock.ts";
import { lockInventories } from "../../provider/stack/lock-inventories.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import { ruleIds } from "../../provider/rules/registry.ts";
import { machineRules } from "../../provider/rules/machine-rules.ts";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";
import { writeMachine } from "../machines/machine-folder.ts";
import { makeCorpusSurroundings } from "./corpus-surroundings.ts";

const corpus = path.join(import.meta.dirname, "corpus");
let here: string;
let away: string;

/** Finding texts of a definition; `undefined` where even its form is wrong. */
function findingsOf(file: string, inventory?: string): readonly { rule: string; text: string }[] {
  const told = (): readonly { rule: string; message: string; property: string }[] => {
    try {
      return readStack(file, { inventory }).advice.findings;
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      return error.findings;
    }
  };
  return told().map(({ rule, property, message }) => ({ rule, text: `${property}: ${message}` }));
}

beforeAll(() => {
  here = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-here-"));
  away = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-away-"));
  makeCorpusSurroundings(here);
  for (const name of ["file", "check.sh", "link.sh", "out", "parts"])
    fs.cpSync(path.join(here, name), path.join(away, name), { recursive: true });
});
afterAll(() => {
  fs.rmSync(here, { recursive: true });
  fs.rmSync(away, { recursive: true });
});

/** Rules about a folder that is not there or a machine that cannot be read: a lock has neither. */
const ofFolders = new Set([
  "folder-missing",
  "folder-leads-out",
  "inventory-unreadable",
  "inventory-drift",
  "inventory-locked",
  "process-server-folder",
  "machine-unreadable",
  "machine-file-clash",
]);

/** The definitions of the corpus, each put into a folder with its siblings for as long as `look` takes. */
function eachDefinition(folders: readonly string[], look: (name: string, rule: string) => void): void {
  for (const rule of ruleIds.filter((id) => !ofFolders.has(id))) {
    const names = fs.readdirSync(path.join(corpus, rule));
    for (const folder of folders)
      for (const name of names)
        fs.cpSync(path.join(corpus, rule, name), path.join(folder, name), { recursive: true });
    for (const name of names.filter((one) => /^(good|bad)\.yaml$/.test(one))) look(name, rule);
    for (const folder of folders)
      for (const name of names) fs.rmSync(path.join(folder, name), { recursive: true });
  }
}

describe("an inventory lock", () => {
  it("comes to the same findings where no machine is", () => {
    let count = 0;
    eachDefinition([here, away], (name, rule) => {
      const live = findingsOf(path.join(here, name));
      // A machine that cannot be read is left out of a lock, and a folder may be anywhere.
      if (live.some((finding) => ofFolders.has(finding.rule))) return;
      let lock: string;
      try {
        lock = lockText(lockInventories([path.join(here, name)]).lock);
      } catch (error) {
        if (error instanceof DefinitionError) return;
        throw error;
      }
      const file = path.join(away, "inventory.lock.json");
      fs.writeFileSync(file, lock);
      const locked = findingsOf(path.join(away, name)).filter((one) => one.rule !== "inventory-locked");
      const place = (text: string): string => text.replaceAll(here, "").replaceAll(away, "");
      expect(
        locked.map(({ text }) => place(text)),
        `${rule}/${name}`,
      ).toEqual(live.map(({ text }) => place(text)));
      fs.rmSync(file);
      count += 1;
    });
    expect(count).toBeGreaterThan(100);
  });

  it("keeps no byte of a disk and no command, and is the same when made again", () => {
    fs.writeFileSync(path.join(here, "siterecovery.yaml"), definition("hv1"));
    const make = (): string => lockText(lockInventories([path.join(here, "siterecovery.yaml")]).lock);
    expect(make()).toBe(make());
    expect(make()).toContain('"hasConsistencyCommands": true');
    expect(make()).not.toMatch(/"sync"|\.img|siterecovery-here/);
  });

  it("says what differs from the machines that are here, and which inventories it stands in for", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-drift-"));
    try {
      const file = path.join(folder, "siterecovery.yaml");
      const image = path.join(writeMachine(path.join(folder, "hv1"), "web1"), "os.img");
      fs.writeFileSync(file, definition("hv1"));
      fs.writeFileSync(path.join(folder, "inventory.lock.json"), lockText(lockInventories([file]).lock));
      expect(findingsOf(file).map(({ rule }) => rule)).not.toContain("inventory-drift");
      fs.truncateSync(image, 1_048_576);
      writeMachine(path.join(folder, "hv1"), "web2");
      const drift = findingsOf(file).find(({ rule }) => rule === "inventory-drift");
      expect(drift?.text).toBe(
        "sites[0].hosts[0].inventory: differs from inventory.lock.json: " +
          "web1: the disk os has 1048576 bytes, and 65536 in the lock; web2 is not in the lock",
      );
      expect(findingsOf(file, "live").map(({ rule }) => rule)).not.toContain("inventory-drift");
      // The definitions were checked out, and the images were not.
      for (const name of ["web1", "web2"]) fs.rmSync(path.join(folder, "hv1", name, "os.img"));
      expect(findingsOf(file).map(({ rule }) => rule)).toContain("inventory-locked");
      fs.writeFileSync(path.join(folder, "inventory.lock.json"), '{ "version": 1 }');
      expect(findingsOf(file).map(({ rule }) => rule)).toEqual(["missing-property"]);
      fs.writeFileSync(path.join(folder, "inventory.lock.json"), "{");
      expect(findingsOf(file).map(({ rule }) => rule)).toEqual(["yaml-syntax"]);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});

describe("a check without machines", () => {
  it("finds of every definition what no machine is needed for, and nothing else", () => {
    const needing = new Set([
      ...Object.keys(machineRules),
      "migration-boot-disk",
      "migration-site",
      "unknown-disk",
    ]);
    const more = new Set([
      "unknown-storage-classification",
      "machine-disk-churn",
      "machine-consistency-unused",
    ]);
    eachDefinition([here, away], (name, rule) => {
      const live = findingsOf(path.join(here, name)).filter((one) => !ofFolders.has(one.rule));
      const blind = findingsOf(path.join(away, name), "none");
      const texts = new Set(live.map(({ text }) => text.replaceAll(here, "")));
      // Advice is only given where there is no error, which may be one of a machine.
      const isWrong = live.some((one) => needing.has(one.rule) || more.has(one.rule));
      if (isWrong) return;
      const found = blind.map(({ text }) => text.replaceAll(away, ""));
      // How many machines a pattern matches is not known without them.
      if (fs.readFileSync(path.join(here, name), "utf8").match(/[*?]/)) return;
      expect(found, `${rule}/${name}`).toEqual([...texts]);
    });
  });
});

function definition(inventory: string): string {
  return `version: 1
resourceGroup: dr
vault: { name: dr-vault }
azure: { storageAccounts: [{ name: replicas }], networks: [{ name: recovery-net }] }
policies: [{ name: five }]
sites:
  - name: london
    hosts: [{ name: hv1, inventory: ${inventory} }]
    policy: five
    networkMappings: [{ from: production, to: recovery-net }]
machines: [{ name: web1 }]
`;
}
