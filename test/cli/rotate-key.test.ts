import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Site } from "../engine/fixture.ts";
import { type Ended, runProgram } from "./run-program.ts";

let site: Site;
let home: string;
let keyFile: string;

beforeEach(async () => {
  site = await Site.make({ content: randomBytes(128 * 1024) });
  home = path.join(site.folder, "home");
  keyFile = path.join(home, "keys", "replicas.key");
  await site.protect();
});

afterEach(() => site.remove());

const verify = (): Promise<Ended> => runProgram(home, "verify");

function replicaFiles(): string[] {
  const folder = path.join(home, "storage", "replicas", "machines");
  return (fs.readdirSync(folder, { recursive: true }) as string[])
    .map((name) => path.join(folder, name))
    .filter((file) => fs.statSync(file).isFile())
    .map((file) => `${file} ${fs.statSync(file).mtimeMs}`)
    .sort();
}

it("locks the store with another key: the old one opens it no more, no replica is rewritten", async () => {
  const old = fs.readFileSync(keyFile);
  const before = replicaFiles();
  const ended = await runProgram(home, "rotate-key");
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(ended.stdout).toContain(`replicas: locked with a new key, ${keyFile}`);
  expect(ended.stdout).toMatch(/Back up the new key files/);
  expect(replicaFiles()).toEqual(before);
  const renewed = fs.readFileSync(keyFile);
  expect(renewed.equals(old)).toBe(false);
  expect(fs.statSync(keyFile).mode & 0o777).toBe(0o600);
  expect(fs.readdirSync(path.dirname(keyFile))).toEqual(["replicas.key", "replicas.store"]);
  expect((await verify()).code).toBe(0);
  // An engine that has the store open goes on with it.
  await site.engine.replicate(site.itemId, { report: () => undefined });

  fs.writeFileSync(keyFile, old);
  const wrong = await verify();
  expect(wrong.code).toBe(3);
  expect(wrong.stderr).toContain(
    `the key file ${keyFile} is not the one it was locked with. Put the right one back`,
  );
  fs.rmSync(keyFile);
  const gone = await verify();
  expect(gone.code).toBe(3);
  expect(gone.stderr).toContain(`The key file ${keyFile} of replicas is gone`);
  expect(fs.existsSync(keyFile)).toBe(false);
  fs.writeFileSync(keyFile, renewed);
  expect((await verify()).code).toBe(0);
});

it("prints what it did for scripts, and refuses an account that is not there", async () => {
  const { stdout } = await runProgram(home, "rotate-key", "--target", "replicas", "--json");
  expect(JSON.parse(stdout)).toEqual([{ target: "replicas", id: site.ids.storage, keyFile }]);
  const old = fs.readFileSync(keyFile);
  const unknown = await runProgram(home, "rotate-key", "--target", "repliccas");
  expect(unknown).toMatchObject({ code: 1, stdout: "" });
  expect(unknown.stderr).toContain('did you mean "replicas"?');
  expect(fs.readFileSync(keyFile).equals(old)).toBe(true);
});
