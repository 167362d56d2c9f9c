/** Nothing that Pulumi does with the record of a resource loses a replica. Needs a build, and the real Pulumi CLI. */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diskContent } from "./disk-content.ts";
import { makePluginProject } from "./plugin-project.ts";
import { PulumiProject } from "./pulumi-project.ts";

const page = fs.readFileSync(path.resolve(import.meta.dirname, "../../docs/programs.md"), "utf8");
const forDynamic = /```ts\n([^]*?)```/.exec(page)![1]!.replace("machines/hv1", "hv1");
const forPlugin = forDynamic.replace('from "siterecovery"', 'from "./classes.js"');

const doors = [
  ["dynamic resources", "pulumi-nodejs:dynamic/siterecovery", forDynamic, PulumiProject.make],
  ["the plugin", "siterecovery:index", forPlugin, makePluginProject],
] as const;

describe.each(doors)("a protected item through %s", (door, types, program, make) => {
  let project: PulumiProject;
  let points: string;
  const urn = `urn:pulumi:test::dr::${types}:ReplicationProtectedItem::web1`;
  const named = 'replicatedProtectedItemName: "web1",\n    ...inContainer';
  const fixedName = program.replace("    ...inContainer", `    ${named}`);
  const renamed = fixedName.replace('  "web1",\n', '  "webserver",\n');
  const write = (text: string): void => project.write("program/main.ts", text);
  const oldestPoint = async (): Promise<string> =>
    (await project.json<{ id: string }[]>("recovery-points", "web1"))[0]!.id;

  beforeAll(async () => {
    project = await make(fixedName);
    project.addMachine("web1", [{ id: "os", content: diskContent(5, 8) }]);
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    points = await oldestPoint();
  });
  afterAll(() => project.remove());

  it("under a new logical name is refused with what to write, and with an alias it is the same one", async () => {
    expect(renamed).not.toBe(fixedName);
    write(renamed);
    const refused = await project.up();
    expect(refused.status).not.toBe(0);
    expect(refused.text).toContain(`aliases: ["${urn}"]`);
    const takeOver =
      door === "the plugin" ? /pulumi import siterecovery:index:\w+ webserver \// : /adopt: true/;
    expect(refused.text).toMatch(takeOver);
    expect(await oldestPoint()).toBe(points);

    const options = `{ aliases: ["${urn}"], dependsOn`;
    write(renamed.replace("{ dependsOn: [host", `${options}: [host`));
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(up.text).not.toMatch(/\d+ (created|deleted|replaced)/);
    const owners = await project.json<{ id: string; owner: string }[]>("owners");
    expect(owners.find(({ id }) => id.endsWith("/web1"))!.owner).toMatch(/::webserver$/);
    write(
      fixedName.replace(
        "{ dependsOn: [host",
        `{ aliases: ["${urn.replace(/web1$/, "webserver")}"], dependsOn: [host`,
      ),
    );
    expect((await project.up()).status).toBe(0);
  });

  it("is kept when a replacement is asked for: by --replace, and by a taint", async () => {
    write(fixedName);
    const forced = await project.up("--replace", urn);
    expect(forced.status, forced.text).toBe(0);
    expect(forced.text).toMatch(/was not deleted: its replacement has it now/);
    expect(await oldestPoint()).toBe(points);
    const taint = await project.pulumi("state", "taint", "--yes", "--stack", "test", urn);
    expect(taint.status, taint.text).toBe(0);
    expect((await project.up()).status).toBe(0);
    expect(await oldestPoint()).toBe(points);
    const preview = await project.preview("--expect-no-changes");
    expect(preview.status, preview.text).toBe(0);
  });

  it("is not replaced by a change that would delete its replica, unless the program consents", async () => {
    write(fixedName.replace('"web1",\n    ...inContainer', '"web2",\n    ...inContainer'));
    const refused = await project.preview();
    expect(refused.status).not.toBe(0);
    expect(refused.text).toMatch(
      /would delete its replica and all recovery points.*allowReplicaDeletion: true/s,
    );
    expect(await oldestPoint()).toBe(points);
    write(fixedName);
  });

  it("is not what a second stack on the same home gets, and goes with its own stack", async () => {
    expect((await project.pulumi("stack", "init", "second")).status).toBe(0);
    const second = await project.pulumi("up", "--yes", "--skip-preview", "--stack", "second");
    expect(second.status).not.toBe(0);
    // The engine creates side by side: which of the three is refused first differs from run to run.
    expect(second.text).toMatch(
      /(vault \\?"dr-vault\\?"|storage account \\?"drreplicas\\?"|virtual network \\?"recovery-net\\?") exists already and belongs to urn:pulumi:test::dr::.*look it up \(get(Vault|StorageAccount|VirtualNetwork)\)/,
    );
    const gone = await project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "second");
    expect(gone.status, gone.text).toBe(0);
    expect(await oldestPoint()).toBe(points);

    expect((await project.pulumi("stack", "rename", "--stack", "test", "renamed")).status).toBe(0);
    const same = await project.pulumi("preview", "--stack", "renamed", "--expect-no-changes");
    expect(same.status, same.text).toBe(0);
    const destroy = await project.pulumi(
      "destroy",
      "--run-program",
      "--yes",
      "--skip-preview",
      "--stack",
      "renamed",
    );
    expect(destroy.status, destroy.text).toBe(0);
    expect(await project.json("owners")).toEqual([]);
  });
});
