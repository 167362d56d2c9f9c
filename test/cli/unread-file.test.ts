/** A file that the command line names and that is not there: one sentence and exit code 3, whatever the command. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
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
