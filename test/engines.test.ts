import fs from "node:fs";
import path from "node:path";
import semver from "semver";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const read = (file: string): string => fs.readFileSync(path.join(root, file), "utf8");

interface Entry {
  readonly version?: string;
  readonly engines?: { readonly node?: string };
}

const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
const oldest = semver.minVersion(engines.node)!;
const { packages } = JSON.parse(read("package-lock.json")) as { packages: Record<string, Entry> };
const wanting = Object.entries(packages).filter(([, { engines: wanted }]) => wanted?.node !== undefined);

describe("the oldest Node that package.json asks for", () => {
  it("is enough for every package that is installed, so that npm warns of none", () => {
    expect(wanting.length).toBeGreaterThan(50);
    const refused = wanting.filter(([, entry]) => !semver.satisfies(oldest, entry.engines!.node!));
    expect(refused.map(([name, entry]) => `${name} asks for Node ${entry.engines!.node!}`)).toEqual([]);
  });

  it("is named wherever people and programs are told", () => {
    const named = `${oldest.major}.${oldest.minor}`;
    const files = [
      "README.md",
      "docs/installation-configuration.md",
      "provider/cli/main.ts",
      "bin/pulumi-resource-siterecovery",
      ".ci/run",
      "setup/project.mjs",
    ];
    for (const file of files) {
      const versions = [...read(file).matchAll(/Node (\d+(?:\.\d+)?) (?:or|and) newer/g)].map(
        ([, version]) => version,
      );
      expect(versions, file).toContain(named);
      expect(new Set(versions), file).toEqual(new Set([named]));
    }
    expect(read(".github/workflows/ci.yml")).toContain(`node: ["${named}", 24]`);
    expect(read("provider/cli/main.ts")).toContain(
      `major < ${oldest.major} || (major === ${oldest.major} && minor < ${oldest.minor})`,
    );
  });
});
