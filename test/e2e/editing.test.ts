/**
 * What people do to a program without meaning a change of what it stands for: other logical names, other files, a
 * newer version of the package. Neither a preview nor an update may find anything to do.
 */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { makePluginProject } from "./plugin-project.ts";
import { PulumiProject, type Run } from "./pulumi-project.ts";

const packageFolder = path.resolve(import.meta.dirname, "../..");

interface Edit {
  readonly from: string;
  readonly names?: readonly [string, string];
  readonly aliases?: readonly [string, string];
  readonly version?: string;
}

/** A vault and a policy that are both named after their logical names. */
function programText({ from, names = ["dr-vault", "gold"], aliases, version = "0.1.0" }: Edit): string {
  const options = (index: 0 | 1): string =>
    `{ ${aliases ? `aliases: [{ name: "${aliases[index]}" }],` : ""} version: "${version}" }`;
  return `import * as sr from "${from}";
const vault = new sr.Vault("${names[0]}", { resourceGroupName: "dr" }, ${options(0)});
const settings = { instanceType: "HyperVReplicaAzure", replicationInterval: 300 };
new sr.ReplicationPolicy(
  "${names[1]}",
  { resourceGroupName: "dr", resourceName: vault.name, properties: { providerSpecificInput: settings } },
  ${options(1)},
);
export const vaultName = vault.name;
`;
}

/** The package as its next version would be installed. */
function nextVersion(folder: string): void {
  fs.mkdirSync(folder);
  for (const part of ["dist", "bin", "schema"])
    fs.cpSync(path.join(packageFolder, part), path.join(folder, part), { recursive: true });
  const text = fs.readFileSync(path.join(packageFolder, "package.json"), "utf8");
  const description = JSON.parse(text) as { version: string };
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ ...description, version: "0.2.0" }));
  fs.symlinkSync(path.join(packageFolder, "node_modules"), path.join(folder, "node_modules"));
}

const doors = [
  ["dynamic resources", "siterecovery", (text: string) => PulumiProject.make(text)],
  ["the plugin", "./classes.js", (text: string) => makePluginProject(text)],
] as const;

describe.each(doors)("editing a program of %s, with the real Pulumi CLI", (_door, from, make) => {
  let project: PulumiProject;
  const ofProject = (change: object): void => {
    const settings = parse(fs.readFileSync(project.path("Pulumi.yaml"), "utf8")) as object;
    project.write("Pulumi.yaml", stringify({ ...settings, ...change }));
  };

  beforeAll(async () => {
    project = await make(programText({ from }));
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
  });
  afterAll(() => project?.remove());

  /** Neither a preview nor an update nor a refresh finds anything to do. */
  async function nothingToDo(): Promise<void> {
    const runs: Run[] = [
      await project.preview("--expect-no-changes"),
      await project.up("--expect-no-changes"),
      await project.preview("--refresh", "--expect-no-changes"),
    ];
    for (const { status, text } of runs) {
      expect(status, text).toBe(0);
      expect(text).toContain("3 unchanged");
      expect(text).not.toMatch(/drift|replace/);
    }
    expect(runs[1]!.text).toMatch(/vaultName *: "dr-vault"/);
  }

  it("keeps what is named after its logical name when that changes", async () => {
    const names = ["main-vault", "silver"] as const;
    project.write("program/main.ts", programText({ from, names, aliases: ["dr-vault", "gold"] }));
    await nothingToDo();
    // The alias has done its work and may go.
    project.write("program/main.ts", programText({ from, names }));
    await nothingToDo();
    const again = ["first-vault", "bronze"] as const;
    project.write("program/main.ts", programText({ from, names: again, aliases: names }));
    await nothingToDo();
  });

  it("finds nothing to do in a program that was moved to another file", async () => {
    const names = ["first-vault", "bronze"] as const;
    fs.rmSync(project.path("program/main.ts"));
    project.write("stacks/recovery/index.ts", `// Moved.\n\n${programText({ from, names })}`);
    if (from !== "siterecovery")
      fs.renameSync(project.path("program/classes.js"), project.path("stacks/recovery/classes.js"));
    ofProject({ main: "stacks/recovery/index.ts" });
    await nothingToDo();
  });

  it("finds nothing to do with the next version of the package", async () => {
    nextVersion(project.path("next"));
    const installed = project.path("node_modules/siterecovery");
    fs.rmSync(installed);
    fs.symlinkSync(project.path("next"), installed);
    if (from !== "siterecovery")
      ofProject({ plugins: { providers: [{ name: "siterecovery", path: project.path("next/bin") }] } });
    const names = ["first-vault", "bronze"] as const;
    project.write("stacks/recovery/index.ts", programText({ from, names, version: "0.2.0" }));
    await nothingToDo();
  });

  it("deletes what it has renamed", async () => {
    const destroy = await project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    expect(destroy.status, destroy.text).toBe(0);
    expect(destroy.text).toContain("3 deleted");
  });
});
