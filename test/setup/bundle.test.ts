/** What the build puts into dist/bundle: it asks for no package that users do not get, and finds the files that it looks for. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { buildWhenStale } from "../../setup/build-when-stale.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const folder = path.join(root, "dist/bundle");
const text = (name: string): string => fs.readFileSync(path.join(folder, name), "utf8");

interface Package {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}
const own = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as Package;

describe("the bundle", () => {
  beforeAll(buildWhenStale, 600_000);

  it("imports packages that the package declares, and nothing else from outside", () => {
    const declared = new Set(Object.keys({ ...own.dependencies, ...own.peerDependencies }));
    const asked = fs
      .readdirSync(folder)
      .flatMap((name) => [
        ...text(name).matchAll(
          /(?:^import |^} |^export .*?|^import .*?)from "([^"]+)"|\bimport\("([^"]+)"\)|^import "([^"]+)"/gm,
        ),
      ])
      .map(([, from, later, bare]) => (from ?? later ?? bare)!)
      .filter((name) => !name.startsWith("./") && !name.startsWith("node:"))
      .map((name) =>
        name
          .split("/")
          .slice(0, name.startsWith("@") ? 2 : 1)
          .join("/"),
      );
    expect(new Set(asked).size).toBeGreaterThan(10);
    expect([...new Set(asked)].filter((name) => !declared.has(name))).toEqual([]);
  });

  it("looks for files where they are", () => {
    const places = fs
      .readdirSync(folder)
      .flatMap((name) => [...text(name).matchAll(/new URL\("(\.\.\/[^"]+)", import\.meta\.url\)\.href/g)])
      .map(([, place]) => place!);
    expect(places.length).toBeGreaterThan(5);
    for (const place of places) {
      const file = fileURLToPath(new URL(place, `${pathToFileURL(folder).href}/`));
      expect(fs.existsSync(file), place).toBe(true);
    }
  });

  it("holds what the package's commands and exports name", () => {
    const named = [
      ...Object.values(own.bin),
      ...Object.values(own.exports).map((entry) => (typeof entry === "string" ? entry : entry.default)),
    ];
    for (const file of named) expect(fs.existsSync(path.join(root, file)), file).toBe(true);
  });

  it("is what the command starts, also by a link from elsewhere", () => {
    const link = path.join(fs.mkdtempSync(path.join(root, ".cache/link-")), "siterecovery");
    fs.symlinkSync(path.join(folder, "command.js"), link);
    const version = execFileSync(process.execPath, [link, "--version"], { encoding: "utf8" });
    fs.rmSync(path.dirname(link), { recursive: true });
    const { version: wanted } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
      version: string;
    };
    expect(version.trim()).toBe(wanted);
  });
});
