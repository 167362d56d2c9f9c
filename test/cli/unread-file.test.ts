/** A file that the command line names and that is not there: one sentence and exit code 3, whatever the command. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { allNodes, commandTree } from "../../provider/cli/command-tree.ts";
import { OutputOption } from "../../provider/cli/output-option.ts";
import { program } from "../../provider/cli/program.ts";
import { InputOption } from "../../provider/cli/read-given-file.ts";
import { runHere } from "./in-process.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-unread-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

it.each([
  ["validate FILE"],
  ["simulate FILE"],
  ["inventory FILE"],
  ["convert FILE"],
  ["convert TEMPLATE --parameters FILE"],
  ["validate TEMPLATE --inventory FILE"],
  ["validate TEMPLATE --policy-config FILE"],
])("%s", async (line) => {
  const template = path.join(folder, "template.json");
  fs.writeFileSync(template, '{ "contentVersion": "1.0.0.0", "resources": [] }');
  const file = path.join(folder, "nosuch.json");
  const words = line.split(" ").map((word) => word.replace("FILE", file).replace("TEMPLATE", template));
  const { code, stdout, stderr } = await runHere(folder, ...words);
  expect([code, `${stdout}${stderr}`]).toEqual([
    3,
    expect.stringContaining("there is no such file; check its path"),
  ]);
  expect(`${stdout}${stderr}`).not.toContain("ENOENT");
});

const inputs = allNodes(commandTree(program())).flatMap(({ words, command }) =>
  command.options.flatMap((option) => (option instanceof InputOption ? [{ words, command, option }] : [])),
);

it("is looked for by every option that names one", () => {
  // These are read by the command itself, which takes other words there as well.
  const own = ["--home", "--inventory", "--parameters", "--policy-config", "--from", "--as-of"];
  const named = allNodes(commandTree(program())).flatMap(({ words, command }) =>
    command.options
      .filter(({ flags, long }) => /<(file|folder)/.test(flags) && !own.includes(long!))
      .filter((option) => !(option instanceof InputOption) && !(option instanceof OutputOption))
      .map(({ flags }) => [...words, flags].join(" ")),
  );
  expect(named).toEqual([]);
  expect(inputs.length).toBeGreaterThanOrEqual(10);
});

const wordFor = (long: string): string =>
  long === "--container" ? "azblob://account/container" : path.join(folder, "other");

it.each(inputs)("$words $option.long", async ({ words, command, option }) => {
  const file = path.join(folder, "nosuch");
  const given = command.registeredArguments.filter(({ required }) => required).map(() => folder);
  const others = command.options.flatMap(({ mandatory, long, argChoices }) =>
    mandatory && long !== option.long ? [long!, argChoices?.[0] ?? wordFor(long!)] : [],
  );
  const { code, stdout, stderr } = await runHere(folder, ...words, ...given, ...others, option.long!, file);
  expect([code, stdout]).toEqual([3, ""]);
  expect(stderr).toContain(`${file} cannot be read: there is no such file; check its path.`);
});

it("a place of replicas that is not there", async () => {
  const key = path.join(folder, "dr.key");
  fs.writeFileSync(key, "0".repeat(64));
  for (const command of ["adopt", "retention"]) {
    const place = path.join(folder, "unmounted");
    const { code, stderr } = await runHere(folder, command, place, "--key-file", key);
    expect([code, stderr]).toEqual([3, expect.stringContaining(`There is no folder ${place}. Mount it`)]);
  }
});

it.each([
  ["a definition", "siterecovery.yaml", "version: 2\n", ["validate", "FILE"]],
  [
    "an inventory lock",
    "lock.json",
    '{ "version": 2, "inventories": [] }',
    ["validate", "DEFINITION", "--inventory", "FILE"],
  ],
  [
    "a key kit",
    "kit.json",
    '{ "format": "siterecovery-key-kit", "version": 2 }',
    ["adopt", "FOLDER", "--key-file", "FILE"],
  ],
])("%s of a later version says so, and is refused", async (_what, name, text, words) => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  const given: Record<string, string> = {
    FILE: file,
    FOLDER: folder,
    DEFINITION: path.resolve("examples/hyperv-to-azure/siterecovery.yaml"),
  };
  const { code, stdout, stderr } = await runHere(folder, ...words.map((word) => given[word] ?? word));
  expect(code).toBe(1);
  expect(`${stdout}${stderr}`).toMatch(/version.* 2.* newer\s+siterecovery.*Install the newer one/s);
});

it("a folder in the place of a file, as JSON too", async () => {
  const { code, stdout } = await runHere(folder, "convert", folder, "--json");
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    error: {
      code: "NotFound",
      target: folder,
      exitCode: 3,
      message: expect.stringContaining("it is a folder"),
    },
  });
});

it("is not what a wrong definition is", async () => {
  const file = path.join(folder, "wrong.yaml");
  fs.writeFileSync(file, "version: 2\n");
  for (const command of ["validate", "simulate"]) expect((await runHere(folder, command, file)).code).toBe(1);
});
