import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Vault } from "../../provider/dynamic/resources.ts";
import { courierText } from "../../provider/dynamic/courier.ts";
import { kindNames } from "../../provider/kinds/kind.ts";
import { kinds } from "../../provider/kinds/registry.ts";

interface Report {
  readonly registered: readonly { type: string; name: string; inputs: Record<string, unknown> }[];
  readonly outputs: Record<string, { name: unknown; properties: unknown }>;
  readonly stackTraceLimit: number;
}

const project = path.resolve(import.meta.dirname, "../..");
let built: string;

/** Builds the folders that resources need as the package's build does, one file at a time and without checks. */
function buildResources(): string {
  // Inside the project, so that the build finds its dependencies.
  mkdirSync(path.join(project, ".cache"), { recursive: true });
  const folder = mkdtempSync(path.join(project, ".cache/resources-"));
  const compilerOptions: ts.CompilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2024,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
  };
  const ofRooms = ["dynamic", "dynamic/azure", "pulumi", "kinds"].flatMap((part) =>
    readdirSync(path.join(project, "provider", part)).map((file) => path.join(part, file)),
  );
  for (const file of [...ofRooms, "arm-id.ts", "errors.ts", "message.ts"].filter((name) =>
    name.endsWith(".ts"),
  )) {
    const source = readFileSync(path.join(project, "provider", file), "utf8");
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    const target = path.join(folder, file.replace(/\.ts$/, ".js"));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
  return path.join(folder, "dynamic/resource-classes.js");
}

async function registerAll(classes: string, ...mode: string[]): Promise<Report> {
  const script = path.join(import.meta.dirname, "register-all.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, classes, ...mode]);
  return JSON.parse(stdout) as Report;
}

const fromSource = path.join(project, "provider/dynamic/resource-classes.ts");
let source: Report;

beforeAll(async () => {
  built = buildResources();
  source = await registerAll(fromSource);
});

afterAll(() => rmSync(path.dirname(path.dirname(built)), { recursive: true }));

describe("declared resources", () => {
  test("have the type tokens of the package, and the logical name where no name is given", () => {
    const resources = source.registered.filter(({ type }) => type !== "x:index:Site");
    expect(resources.map(({ type, name }) => [type, name])).toEqual(
      kindNames.map((kind) => [`pulumi-nodejs:dynamic/siterecovery:${kinds[kind].className}`, `${kind}-1`]),
    );
    for (const [index, kind] of kindNames.entries())
      expect(resources[index]!.inputs[kinds[kind].nameArgument]).toBe(`${kind}-1`);
  });

  test("know their URN, below the component that they are part of", () => {
    const vault = source.registered.find(({ name }) => name === "vault-1")!;
    expect(vault.inputs["__urn"]).toBe(
      "urn:pulumi:dev::proj::x:index:Site$pulumi-nodejs:dynamic/siterecovery:Vault::vault-1",
    );
  });

  test("their provider is the same bytes from the sources and from the build, and small", async () => {
    const providers = ({ registered }: Report): unknown[] =>
      registered.filter(({ inputs }) => "__provider" in inputs).map(({ inputs }) => inputs["__provider"]);
    const texts = providers(source);
    expect(providers(await registerAll(built))).toEqual(texts);
    expect(texts).toEqual(kindNames.map(courierText));
    for (const text of texts) expect(Buffer.byteLength(text as string)).toBeLessThan(2048);
  });

  test("their provider holds the kind's name and nothing else that differs", () => {
    const [vault, policy] = [courierText("vault"), courierText("policy")];
    expect(policy.replace("'policy'", "'vault'")).toBe(vault);
  });

  test("have their live properties once they are made", () => {
    expect(source.outputs["policy"]).toEqual({ name: "policy-1", properties: { state: "made" } });
  });

  test("tell their provider what Pulumi's host does not: time limits, and that a name was left out", () => {
    const { inputs } = source.registered.find(({ name }) => name === "policy-1")!;
    expect(inputs).toMatchObject({ __timeouts: { create: "7m" }, __unnamed: true });
  });

  test("refuse an output or a promise in place of the object of arguments, with what to write", () => {
    const wrong = [
      [pulumi.output({ resourceGroupName: "dr" }), "an output"],
      [Promise.resolve({ resourceGroupName: "dr" }), "a promise"],
    ] as const;
    for (const [args, what] of wrong)
      expect(() => new Vault("x", args as never)).toThrow(
        `The vault "x" takes an object of arguments, not ${what}. Each argument in the object may be ${what}: `,
      );
  });

  test("leave the program its stack traces", () => {
    expect(source.stackTraceLimit).toBe(10);
  });

  test("a preview knows the name and does not pass arguments off as live properties", async () => {
    const { outputs } = await registerAll(fromSource, "preview");
    expect(outputs["policy"]).toEqual({ name: "policy-1", properties: "unknown" });
    expect(outputs["storage-account"]!.name).toBe("storage-account-1");
  });
});
