import { describe, expect, test } from "vitest";
import { isInStep } from "../../setup/install-dependencies.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

type Packages = Record<string, { version: string; optional?: boolean }>;

const wanted: Packages = {
  "": { version: "0.1.0" },
  "node_modules/yaml": { version: "2.9.1" },
  "node_modules/for-another-platform": { version: "1.0.0", optional: true },
};

function project(installed: Packages | undefined, node = true): string {
  return temporaryFolder({
    "package-lock.json": JSON.stringify({ packages: wanted }),
    ...(installed && { "node_modules/.package-lock.json": JSON.stringify({ packages: installed }) }),
    ...(node && { "node_modules/.bin/node": "" }),
  });
}

describe("whether the dependencies are in step with the lock file", () => {
  test("they are when every package has its version; those for other platforms may be missing", () => {
    expect(isInStep(project({ "node_modules/yaml": { version: "2.9.1" } }))).toBe(true);
  });

  test("they are not when nothing is installed", () => {
    expect(isInStep(project(undefined))).toBe(false);
  });

  test("they are not when a package is missing, of another version, or too many", () => {
    const yaml = { version: "2.9.1" };
    expect(isInStep(project({}))).toBe(false);
    expect(isInStep(project({ "node_modules/yaml": { version: "2.9.0" } }))).toBe(false);
    expect(isInStep(project({ "node_modules/yaml": yaml, "node_modules/old": yaml }))).toBe(false);
  });

  test("they are not when the installation of Node was cut short", () => {
    expect(isInStep(project({ "node_modules/yaml": { version: "2.9.1" } }, false))).toBe(false);
  });
});
