import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { goodDefinition } from "./good-definition.ts";
import { runProgram } from "../cli/run-program.ts";
import { lookAround } from "../../provider/stack/look-around.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import { type FlowNumber, flowNames, startingDefinition } from "../../provider/stack/starting-definition.ts";
import { makeSurroundings } from "./surroundings.ts";
import { writeMachine } from "../machines/machine-folder.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-init-"));
  makeSurroundings(folder);
  for (const name of ["web1", "db1"]) writeMachine(path.join(folder, "hosts"), name);
  for (const name of ["primary", "second", "replicas"]) fs.mkdirSync(path.join(folder, name));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const file = (): string => path.join(folder, "siterecovery.yaml");

describe("a starting definition", () => {
  it.each(Object.keys(flowNames) as FlowNumber[])("of %s is right, with machines and without", (flow) => {
    const found = lookAround([path.join(folder, "hosts")], file());
    fs.writeFileSync(file(), startingDefinition(flow, found).text);
    const { definition } = readStack(file());
    expect(definition.machines?.map(({ name }) => name).toSorted()).toEqual(["db1", "web1"]);
    const empty = { inventories: [{ name: "primary", folder: "primary" }], machines: [], networks: [] };
    fs.writeFileSync(file(), startingDefinition(flow, empty).text);
    expect(readStack(file()).definition.sites.length).toBeGreaterThan(0);
  });

  it("leaves out machines that cannot be protected, and says why", () => {
    const { machines, left } = lookAround([path.join(folder, "hv1")], file());
    expect(machines).toContain("full1");
    expect(machines).not.toContain("old1");
    expect(left.find((line) => line.startsWith("old1: "))).toContain("is not on the support matrix");
    expect(left.find((line) => line.startsWith("broken1: "))).toContain("'many' is not an integer");
  });
});

describe("siterecovery init", () => {
  it("writes a definition by the flow's name, and never over another one unless told to", async () => {
    const arguments_ = ["init", path.join(folder, "hosts"), "--flow", "vmm-to-azure", "--output", file()];
    const first = await runProgram(folder, ...arguments_);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(readStack(file()).definition.sites[0]?.kind).toBe("vmm");
    const again = await runProgram(folder, ...arguments_);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(
      /^error: .*siterecovery\.yaml: is there already; name another file, or add --force\./,
    );
    expect((await runProgram(folder, ...arguments_, "--force")).code).toBe(0);
  });

  it("writes machine.yaml for folders that have images only, which validate names with what is missing", async () => {
    const bare = path.join(folder, "hosts", "app1");
    fs.mkdirSync(bare);
    fs.writeFileSync(path.join(bare, "os.img"), Buffer.alloc(65_536));
    fs.writeFileSync(
      file(),
      goodDefinition.replace("inventory: hv1", "inventory: hosts").replaceAll("web1", "app1"),
    );
    expect(() => readStack(file())).toThrow(
      new RegExp(
        `the folder ${fs.realpathSync(bare)} has no machine.yaml; write one, or have \`siterecovery init`,
      ),
    );
    const made = await runProgram(folder, "init", path.join(folder, "hosts"), "--output", file(), "--force");
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout).toMatch(/app1\/machine\.yaml: written\. guestOs is assumed/);
    expect(readStack(file()).definition.machines?.map(({ name }) => name)).toContain("app1");
  });
});
