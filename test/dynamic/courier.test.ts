import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { courierText } from "../../provider/dynamic/courier.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "courier-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, text: string): string {
  const whole = path.join(folder, file);
  mkdirSync(path.dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

/** A package `siterecovery` whose courier, an ES module as the real one, tells what it was loaded for. */
function writePackage(at: string, deliver = "export const deliver = (kind) => ({ kind });"): void {
  const exports = { "./courier": "./dist/deliver.js" };
  write(path.join(at, "package.json"), JSON.stringify({ name: "siterecovery", type: "module", exports }));
  write(path.join(at, "dist/deliver.js"), deliver);
}

/** Evaluates the text as Pulumi's host does, in a process whose main file and working folder are given. */
async function evaluate(
  cwd: string,
  host = write("elsewhere/host.cjs", ""),
): Promise<{ kind?: string; error?: string }> {
  const evaluation = `
    const Module = require("node:module");
    const text = ${JSON.stringify(courierText("policy"))};
    const loaded = new Module("");
    loaded.paths = Module._nodeModulePaths(".");
    loaded._compile(text, "");
    try { console.log(JSON.stringify({ kind: loaded.exports.handler().kind })); }
    catch (error) { console.log(JSON.stringify({ error: error.message })); }`;
  writeFileSync(host, evaluation);
  const { stdout } = await promisify(execFile)(process.execPath, [host], { cwd: path.join(folder, cwd) });
  return JSON.parse(stdout) as { kind?: string; error?: string };
}

describe("the provider's text", () => {
  test("finds the package among the project's dependencies, from a folder below it too", async () => {
    writePackage("project/node_modules/siterecovery");
    mkdirSync(path.join(folder, "project/program"));
    expect(await evaluate("project")).toEqual({ kind: "policy" });
    expect(await evaluate("project/program")).toEqual({ kind: "policy" });
  });

  test("finds the package when the project is the package itself", async () => {
    writePackage("siterecovery-sources");
    mkdirSync(path.join(folder, "siterecovery-sources/examples"));
    expect(await evaluate("siterecovery-sources")).toEqual({ kind: "policy" });
    expect(await evaluate("siterecovery-sources/examples")).toEqual({ kind: "policy" });
  });

  test("finds the package beside Pulumi's own when the working folder is somewhere else", async () => {
    writePackage("project/node_modules/siterecovery");
    mkdirSync(path.join(folder, "away"));
    const host = write("project/node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js", "");
    expect(await evaluate("away", host)).toEqual({ kind: "policy" });
  });

  test("says what to do when the package is not there", async () => {
    mkdirSync(path.join(folder, "project"));
    const { error } = await evaluate("project");
    expect(error).toMatch(/^The package siterecovery cannot be loaded from .*project: /);
    expect(error).toMatch(/npm install siterecovery$/);
  });

  test("an error within the package is shown as it is", async () => {
    writePackage("project/node_modules/siterecovery", 'throw new Error("The build is broken.");');
    expect(await evaluate("project")).toEqual({ error: "The build is broken." });
  });
});
