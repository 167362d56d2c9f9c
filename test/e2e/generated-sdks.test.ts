/** The SDKs that Pulumi generates of the package, compiled, and used by a program with types. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageSchema } from "../../provider/package-schema/package-schema.ts";
import { ensurePulumi } from "../../setup/pulumi-environment.mjs";
import { ensurePulumiForPython } from "../../setup/pulumi-python.mjs";
import { collectOutput } from "../../setup/run-command.mjs";

const packageFolder = path.resolve(import.meta.dirname, "../..");
const plugin = path.join(packageFolder, "bin", "pulumi-resource-siterecovery");
const pulumiForPython = await ensurePulumiForPython();

/** Whole numbers are numbers in TypeScript; what a lookup or a resource puts out has its type at every depth. */
const typescriptProgram = `import * as pulumi from "@pulumi/pulumi";
import * as sr from "./index.js";
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
const same = <A, B>(yes: Same<A, B>): Same<A, B> => yes;

const vault = new sr.Vault("v", { resourceGroupName: "dr" });
const policy = new sr.ReplicationPolicy("p", {
  resourceGroupName: "dr",
  resourceName: vault.name,
  properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure", replicationInterval: 300 } },
});
const name: pulumi.Output<string> = policy.name;
async function lookUp() {
  const { recoveryPoints } = await sr.getRecoveryPoints({ protectedItemId: "id" });
  const found: string = recoveryPoints[0]!.name;
  const { vaults } = await sr.listVaults({ resourceGroupName: "dr" });
  same<(typeof vaults)[number]["name"], string>(true);
  return found;
}
// @ts-expect-error a union member in the wrong case
new sr.ReplicationPolicy("q", { resourceGroupName: "dr", resourceName: "v", properties: { providerSpecificInput: { instance_type: "HyperVReplicaAzure" } } });
export { name, lookUp };
`;

/** Imports each module, and prints every output and argument whose type a program cannot know. */
const pythonProgram = `
import importlib, inspect, pkgutil
import pulumi_siterecovery as sr
for found in pkgutil.walk_packages(sr.__path__, sr.__name__ + "."):
    importlib.import_module(found.name)
count = 0
for module in (sr, sr.outputs):
    for name, one in inspect.getmembers(module, inspect.isclass):
        for key, member in inspect.getmembers(one, lambda m: isinstance(m, property)):
            told = str(member.fget.__annotations__.get("return"))
            count += 1
            if key != key.lower(): print("case", name, key)
            if "float" in told: print("float", key)
            if "Any" in told or told in ("None", "<class 'dict'>"): print("untyped", name, key, told)
print("count", count)
`;

/** The properties that may have a fraction; every other number is a whole one. */
const fractions = ["dataAgeSeconds", "measuredRpoSeconds", "measuredRtoSeconds"];

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

describe("generated SDKs", () => {
  let folder: string;
  let pulumi: string;
  let environment: Record<string, string>;

  async function run(command: string, words: string[], where = folder): Promise<string> {
    const { exitCode, output } = await collectOutput(command, words, { folder: where, environment });
    expect(exitCode, output).toBe(0);
    return output;
  }
  const generate = (language: string): Promise<string> =>
    run(pulumi, ["package", "gen-sdk", plugin, "--language", language, "--local", "--out", "sdks"]);

  beforeAll(async () => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-sdks-")));
    ({ pulumi, env: environment } = await ensurePulumi({ stateFolder: path.join(folder, ".pulumi") }));
  });
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

  it("compile in TypeScript, with a program that relies on their types", async () => {
    await generate("nodejs");
    const sdk = path.join(folder, "sdks", "nodejs");
    fs.mkdirSync(path.join(sdk, "node_modules"));
    for (const scope of ["@pulumi", "@types"])
      fs.symlinkSync(path.join(packageFolder, "node_modules", scope), path.join(sdk, "node_modules", scope));
    fs.writeFileSync(path.join(sdk, "program.ts"), typescriptProgram);
    const settings = fs.readFileSync(path.join(sdk, "tsconfig.json"), "utf8");
    const withProgram = settings.replace('"files": [', '"files": [\n        "program.ts",');
    expect(withProgram).not.toBe(settings);
    fs.writeFileSync(path.join(sdk, "tsconfig.json"), withProgram);
    await run(process.execPath, [
      path.join(packageFolder, "node_modules/typescript/bin/tsc"),
      "--noEmit",
      "-p",
      sdk,
    ]);
  });

  it.skipIf("missing" in pulumiForPython)(
    "import in Python, and every output has a type and Python's case, whole numbers as integers",
    async () => {
      if ("missing" in pulumiForPython) return;
      await generate("python");
      const sdk = path.join(folder, "sdks", "python");
      // Generated code asks for the version that pip would have installed.
      const metadata = path.join(sdk, "pulumi_siterecovery.dist-info");
      fs.mkdirSync(metadata);
      const { version } = packageSchema();
      fs.writeFileSync(
        path.join(metadata, "METADATA"),
        `Metadata-Version: 2.1\nName: pulumi_siterecovery\nVersion: ${version}\n`,
      );
      environment["PYTHONPATH"] = [sdk, pulumiForPython.packageFolder].join(path.delimiter);
      await run("python3", ["-m", "compileall", "-q", sdk]);
      const told = await run("python3", ["-c", pythonProgram]);
      const lines = told.trim().split("\n");
      expect(Number(lines.pop()!.replace("count ", ""))).toBeGreaterThan(300);
      const floats = lines.filter((line) => line.startsWith("float "));
      expect([...new Set(floats)].sort()).toEqual(fractions.map((name) => `float ${snake(name)}`));
      expect(lines.filter((line) => !floats.includes(line))).toEqual([]);
    },
  );
});
