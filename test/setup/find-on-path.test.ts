import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findOnPath, isRightVersion } from "../../setup/pulumi-cli/find-on-path.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

describe("the version of a CLI", () => {
  test.each([
    ["v3.250.0\n", true],
    ["3.250.1", true],
    ["v3.301.0", true],
    ["v3.249.9", false],
    ["v2.300.0", false],
    ["v4.0.0", false],
    ["warning: A new version is available\nv3.250.0", true],
    ["pulumi: HTTP 403", false],
  ])("%j fits: %s", (text, fits) => {
    expect(isRightVersion(text, "3.250.0")).toBe(fits);
  });
});

/** A folder with commands that only answer a version. */
function installed(version: string, names: string[], parent = ""): string {
  const files = names.map((name) => [join(parent, name), `#!/bin/sh\necho ${version}\n`] as const);
  const folder = join(temporaryFolder(Object.fromEntries(files)), parent);
  for (const name of names) chmodSync(join(folder, name), 0o755);
  return folder;
}

describe.skipIf(process.platform === "win32")("looking for a CLI on the PATH", () => {
  const find = (folder: string) => findOnPath({ PATH: `${folder}:/usr/bin:/bin` });

  test("one of the right version with its language host is found", async () => {
    const folder = installed("v3.251.0", ["pulumi", "pulumi-language-nodejs"]);
    expect(await find(folder)).toBe(join(folder, "pulumi"));
  });

  test("one that is too old, or that cannot run Node programs, is not used", async () => {
    expect(await find(installed("v3.100.0", ["pulumi", "pulumi-language-nodejs"]))).toBeUndefined();
    expect(await find(installed("v3.250.0", ["pulumi"]))).toBeUndefined();
  });

  test("the installer of the npm package is not taken for a CLI", async () => {
    const folder = installed("v3.250.0", ["pulumi", "pulumi-language-nodejs"], "node_modules/.bin");
    expect(await find(folder)).toBeUndefined();
  });
});
