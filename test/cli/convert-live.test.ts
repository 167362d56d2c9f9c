import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convertLive } from "../../provider/cli/convert-live.ts";
import { type Engine, openEngine } from "../../provider/engine/engine.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { Declaration } from "../../provider/stack/declaration.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import { writeYaml } from "../../provider/yaml/write-yaml.ts";
import { quiet } from "../engine/fixture.ts";
import { Resource } from "../handlers/owner-of.ts";
import { writeMachine } from "../machines/machine-folder.ts";
import { temporaryFolder } from "../setup/temporary-folder.ts";
import { arbitraryStack, type PlacedStack } from "../stack/arbitrary-definition.ts";
import { makeSites, vmwareToAzure } from "../stack/six-flows.ts";
import { runProgram } from "./run-program.ts";

const runs = Number(process.env["SITERECOVERY_ROUND_TRIPS"] ?? 10);

async function readWritten(definition: object, folder: string): Promise<Declaration[]> {
  const file = path.join(folder, "siterecovery.yaml");
  fs.writeFileSync(file, writeYaml(definition));
  return declarationsOf(readStack(file));
}

/** Makes all of it, in order; gives the ids by logical name. */
async function make(engine: Engine, declarations: readonly Declaration[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const { kind, logicalName, inputs } of declarations) {
    const handler = handlerOf(kind, engine);
    expect(await handler.check(inputs), logicalName).toEqual([]);
    ids.set(logicalName, (await handler.create(inputs, quiet)).id);
  }
  return ids;
}

async function goRound({ definition, inventories }: PlacedStack): Promise<void> {
  const folder = temporaryFolder();
  for (const [inventory, machines] of inventories) {
    fs.mkdirSync(path.join(folder, inventory), { recursive: true });
    for (const name of machines)
      writeMachine(path.join(folder, inventory), name, { mobilityService: { version: "1.0" } });
  }
  const engine = await openEngine({ home: path.join(folder, "home") });
  try {
    const declared = await readWritten(definition, folder);
    const ids = await make(engine, declared);
    const { definition: found, notes } = await convertLive(engine, {
      file: path.join(folder, "siterecovery.yaml"),
    });
    expect(notes).toEqual([]);
    const again = await readWritten(found, folder);
    expect(again.map(({ logicalName }) => logicalName).toSorted()).toEqual([...ids.keys()].toSorted());
    for (const { kind, logicalName, inputs } of again) {
      const first = declared.find((one) => one.logicalName === logicalName)!;
      const handler = handlerOf(kind, engine);
      // Held against what is live, and against what the program said before, as an update would be.
      for (const last of [inputs, first.inputs]) {
        const { changes, replaces } = await handler.diff(ids.get(logicalName)!, last, inputs);
        expect({ changes, replaces }, logicalName).toEqual({ changes: [], replaces: [] });
      }
    }
  } finally {
    engine.close();
    fs.rmSync(folder, { recursive: true });
  }
}

describe("a definition, made by the handlers and read back from the engine", () => {
  it("declares what was declared, and changes nothing", { timeout: 300_000 }, async () => {
    await fc.assert(fc.asyncProperty(arbitraryStack, goRound), { numRuns: runs });
  });
});

describe("siterecovery convert --live", () => {
  it("writes a definition of what the engine has, which validate finds right", async () => {
    const folder = temporaryFolder({ "siterecovery.yaml": vmwareToAzure });
    makeSites(folder);
    const home = path.join(folder, "home");
    const engine = await openEngine({ home });
    await make(engine, declarationsOf(readStack(path.join(folder, "siterecovery.yaml"))));
    engine.close();
    const output = path.join(folder, "found.yaml");
    expect(await runProgram(home, "convert", "--live", "--output", output)).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect((await runProgram(home, "validate", output)).code).toBe(0);
    expect(
      readStack(output)
        .definition.machines?.map(({ name }) => name)
        .toSorted(),
    ).toEqual(["erp1", "vm1"]);
  });

  it("leaves out what a stack made secret, also after `disown`, and says so", async () => {
    const home = path.join(temporaryFolder(), "home");
    const engine = await openEngine({ home });
    const owner = Object.assign(new Resource("v"), { secretPaths: ["tags.note"] });
    const wanted = {
      resourceGroupName: "dr",
      vaultName: "quay",
      tags: { note: "open sesame", team: "storage" },
    };
    const { id } = await handlerOf("vault", engine).create(wanted, owner.work);
    engine.close();
    expect((await runProgram(home, "disown", id)).code).toBe(0);
    const { stdout, stderr } = await runProgram(home, "convert", "--live");
    expect(stdout).toContain("team: storage");
    expect(stderr).toContain("the vault quay: tags.note is secret, and left out of the definition");
    expect(stdout + stderr).not.toContain("sesame");
  });

  it("wants one source", async () => {
    const home = path.join(temporaryFolder(), "home");
    for (const words of [["convert"], ["convert", "state.json", "--live"]]) {
      const { code, stderr } = await runProgram(home, ...words);
      expect([code, stderr]).toEqual([2, expect.stringContaining("Name one source")]);
    }
    expect((await runProgram(home, "convert", "--live")).stderr).toContain("There is no engine in");
  });
});
