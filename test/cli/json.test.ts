/** What every command prints with `--json`, compared with its schema in schema/cli. */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { jsonOutputsOf } from "../../generate/cli-pages.ts";
import type { JsonOutputs } from "../../provider/cli/json/outputs.ts";
import { program } from "../../provider/cli/program.ts";
import { openEngine } from "../../provider/engine/engine.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { folderMachines } from "../../provider/machines/folder-machines.ts";
import { systemClock } from "../../provider/clock.ts";
import { hyperVTemplate } from "../convert/arm-export.ts";
import { GuestSite } from "../drivers/machines-qemu/guest-site.ts";
import { newContainer, startAzurite } from "../conformance/servers/azurite.ts";
import { quiet, Site } from "../engine/fixture.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { Shop } from "../engine/recovery-plan/shop.ts";
import { migrationOf } from "../handlers/migration-of.ts";
import { serveRecording } from "../vsphere/recorded-conversation.ts";
import { runHere } from "./in-process.ts";
import { schemaErrors } from "./output-schemas.ts";
import { startProgram } from "./run-program.ts";

type Name = keyof JsonOutputs;

/** The outputs that a test of this file has compared. */
const seen = new Set<Name>();

function hold(name: Name, document: unknown): void {
  expect(schemaErrors(name, document), `${name}: ${JSON.stringify(document, undefined, 1)}`).toEqual([]);
  seen.add(name);
}

async function run<T>(home: string, name: Name, words: readonly string[], code = 0): Promise<T> {
  const ended = await runHere(home, ...words, "--json");
  expect(ended.code, ended.stderr + ended.stdout).toBe(code);
  const document = JSON.parse(ended.stdout) as T;
  hold(name, document);
  return document;
}

/** A program that runs until a signal, and the documents that it has printed. */
async function interrupted(home: string, name: Name, words: readonly string[]): Promise<void> {
  const { child, ended } = startProgram(home, ...words, "--json");
  child.stdout!.once("data", () => child.kill("SIGINT"));
  const { stdout, code, stderr } = await ended;
  expect(code, stderr).toBe(0);
  const lines = stdout.trim().split("\n");
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) hold(name, JSON.parse(line));
}

describe("the output of commands", () => {
  let shop: Shop;
  let home: string;
  beforeAll(async () => {
    shop = await Shop.make();
    home = shop.site.engine.homeFolder;
  });
  afterAll(() => shop.remove());
  const sr = <T>(name: Name, words: readonly string[], code = 0): Promise<T> => run(home, name, words, code);

  it("that look", async () => {
    for (const name of ["status", "machines", "events", "alerts", "owners", "explain"] as const)
      await sr(name, [name]);
    await sr("status", ["status", "--plan", "shop", "--problems"]);
    await sr("power show", ["power", "show", "web1"]);
    await sr("recovery-points", ["recovery-points", "web1"]);
    await sr("notifications list", ["notifications", "list"]);
    const config = path.join(shop.site.folder, "service.yaml");
    fs.writeFileSync(config, "channels: [{ name: ops, command: ['true'] }]");
    await sr("notifications test", ["notifications", "test", "--config", config]);
    await sr("service install", ["service", "install"]);
    await sr("completion", ["completion", "bash"]);
    await sr("schema", ["schema"]);
    await sr("schema", ["schema", "--pulumi"]);
    await sr("plan show", ["plan", "show", "shop"]);
    await sr("verify", ["verify"]);
    await sr("unlock", ["unlock", "web1"]);
  });

  it("of upkeep", async () => {
    await sr("pause", ["pause", "web1"]);
    await sr("resume", ["resume", "web1"]);
    await sr("replicate", ["replicate"]);
    await sr("rotate-key", ["rotate-key"]);
    const kit = path.join(shop.site.folder, "kit.json");
    await sr("key export", ["key", "export", "--to", kit]);
    const secret = path.join(shop.site.folder, "passphrase");
    fs.writeFileSync(secret, "a long passphrase\n");
    await sr("key passphrase", ["key", "passphrase", "--passphrase-file", secret]);
    await sr("disown", ["disown", "web1"]);
    await sr("export", ["export", "web1", "--to", path.join(shop.site.folder, "web1.img")]);
    const azurite = await startAzurite();
    onTestFinished(() => azurite.stop());
    const { account, container, endpoint } = await newContainer(azurite);
    const place = [`azblob://${account}/${container}`, "--endpoint", endpoint!];
    const words = ["hydrate", "web1", "--to", "azure", "--credentials-env", "AZURE_KEY_OF_TESTS"];
    await sr("hydrate", [...words, "--container", ...place]);
    const replicas = path.join(home, "storage");
    await sr("adopt", ["adopt", replicas, "--key-file", kit, "--list"]);
    await sr("retention", ["retention", replicas, "--key-file", kit]);
    const trust = path.join(shop.site.folder, "trust");
    fs.mkdirSync(path.join(shop.site.folder, "stores", "replicas"), { recursive: true });
    const stores = ["--folder", path.join(shop.site.folder, "stores"), "--store", "replicas"];
    await sr("target restore", ["target", "restore", ...stores, "--as-of", "1h"]);
    await sr("target trust", ["target", "trust", trust, "--host", "127.0.0.1", "--client", "lyon"]);
  });

  it("of definitions", async () => {
    const file = path.join(shop.site.folder, "stack", "siterecovery.yaml");
    await sr("init", ["init", path.join(shop.site.folder, "hv1"), "--output", file]);
    await sr("inventory", ["inventory", file]);
    const vcenter = await serveRecording("inventory");
    onTestFinished(() => vcenter.stop());
    const account = ["--credentials-file", vcenter.accountFile, "--ca-file", vcenter.authorityFile];
    await sr("inventory vcenter", ["inventory", "vcenter", vcenter.settings.host, ...account]);
    await sr("validate", ["validate", file]);
    await sr("validate", ["validate", path.join(shop.site.folder, "none.yaml")], 3);
    await sr("simulate", ["simulate", file, "--churn", "1GiB"]);
    const template = path.join(shop.site.folder, "template.json");
    fs.writeFileSync(template, JSON.stringify(hyperVTemplate));
    await sr("convert", [
      "convert",
      template,
      "--resource-group",
      "dr",
      "--output",
      path.join(shop.site.folder, "converted.yaml"),
    ]);
  });

  it("of a machine's power and console", async () => {
    const guests = new GuestSite();
    onTestFinished(() => guests.remove());
    const db1 = guests.make("db1", { qemu: undefined });
    await sr("power off", ["power", "off", db1]);
    await sr("power on", ["power", "on", db1, "--wait"]);
    // What QEMU has kept of a run that has ended.
    const web1 = guests.make();
    fs.mkdirSync(path.join(web1, "qemu"));
    fs.writeFileSync(path.join(web1, "qemu", "console.log"), "UP\nSTATUS\n");
    expect(await sr("console", ["console", web1])).toEqual({ folder: web1, lines: ["UP", "STATUS"] });
    const { stdout } = await runHere(home, "console", web1, "--follow", "--json");
    for (const line of stdout.trim().split("\n")) hold("console --follow", JSON.parse(line));
  });

  it("that run until a signal", async () => {
    const overlay = path.join(shop.site.folder, "overlay.img");
    await interrupted(home, "attach", ["attach", "web1", "--to", overlay]);
    const trust = path.join(shop.site.folder, "serving", "trust");
    const stores = path.join(shop.site.folder, "serving", "stores");
    fs.mkdirSync(stores, { recursive: true });
    await runHere(home, "target", "trust", trust, "--host", "127.0.0.1", "--days", "20");
    const serve = ["serve", "--folder", stores, "--trust", trust, "--listen", "127.0.0.1:0"];
    await interrupted(home, "target serve", ["target", ...serve]);
    // Protected ten minutes ago: a cycle is due at once.
    const clock = { ...systemClock, now: () => Date.now() - 600_000 };
    const earlier = await Site.make({ clock });
    await earlier.protect();
    await interrupted(path.join(earlier.folder, "home"), "replicate --follow", ["replicate", "--follow"]);
    await interrupted(path.join(earlier.folder, "home"), "serve", ["serve", "--listen", "127.0.0.1:0"]);
    earlier.remove();
  });

  it("that move a machine", async () => {
    await sr("test-failover", ["test-failover", "web1", "--network", "drill-net"]);
    await sr("status", ["status"]);
    await sr("clean-up", ["clean-up", "web1"]);
    const report = path.join(shop.site.folder, "report.json");
    await sr("drill report", ["drill", "report", "--output", report]);
    await sr("drill verify", ["drill", "verify", report]);
    await sr("drill key", ["drill", "key"]);
    await sr("--dry-run", ["failover", "web1", "--dry-run"]);
    await sr("failover", ["failover", "web1", "--kind", "unplanned"]);
    await sr("status", ["status"]);
    await sr("confirm-source-off", ["confirm-source-off", "web1"]);
    await sr("change-recovery-point", ["change-recovery-point", "web1", "latest"]);
    await sr("cancel-failover", ["cancel-failover", "web1"]);
    await sr("failover", ["failover", "web1"]);
    await sr("commit", ["commit", "web1"]);
    fs.appendFileSync(shop.image("web1"), "");
    fs.utimesSync(shop.image("web1"), new Date(), new Date());
    await sr("discard-primary-changes", ["discard-primary-changes", "web1"]);
    await sr("failback", ["failback", "web1"]);
    await sr("choose-machine", ["choose-machine", "web1", "--host", "hv1"]);
    const machines = folderMachines(localFileSystem);
    const machine = path.dirname(shop.image("web1"));
    const protectedBy = { engineId: "another", home: "/srv/another", itemId: "web1" };
    await machines.setMark(machine, { ...(await machines.markOf(machine))!, protectedBy });
    await sr("take-over-machine", ["take-over-machine", machine]);
  });

  it("that run a plan", async () => {
    await sr("plan --dry-run", ["plan", "failover", "shop", "--dry-run"]);
    await sr("plan test-failover", ["plan", "test-failover", "shop", "--network", "drill-net"]);
    await sr("plan clean-up", ["plan", "clean-up", "shop"]);
    await sr("plan failover", ["plan", "failover", "shop", "--kind", "unplanned"]);
    await sr("plan change-recovery-point", ["plan", "change-recovery-point", "shop", "latest"]);
    await sr("plan cancel-failover", ["plan", "cancel-failover", "shop"]);
    const over = await sr<{ earlierRuns: object[] }>("plan failover", [
      "plan",
      "failover",
      "shop",
      "--commit",
    ]);
    expect(over.earlierRuns.length).toBe(1);
    await sr("plan failback", ["plan", "failback", "shop"]);
    await sr("plan commit", ["plan", "commit", "shop"]);
    await sr("plan reverse-replicate", ["plan", "reverse-replicate", "shop"]);
    await sr("plan show", ["plan", "show", "shop"]);
  });

  it("of jobs", async () => {
    await sr("jobs", ["jobs"]);
    await shop.declare([shop.boot(["db1"], { endGroupActions: [shop.manual("look", "look at it")] })]);
    const wait = ["plan", "failover", "shop", "--no-wait"];
    const { job } = await sr<{ job: { id: string } }>("plan failover", wait, 3);
    await sr("jobs complete", ["jobs", "complete", job.id]);
    await sr("cancel-failover", ["cancel-failover", "db1"]);
    const again = await sr<{ job: { id: string } }>("plan failover", wait, 3);
    await sr("jobs cancel", ["jobs", "cancel", again.job.id]);
    await sr("cancel-failover", ["cancel-failover", "db1"]);
    const image = shop.image("web1");
    const { moves } = shop.site.engine;
    const report = (line: string): void => {
      if (line.startsWith("Take the last delta")) fs.renameSync(image, `${image}.away`);
    };
    const planned = { kind: "planned", recoveryPoint: "latest" } as const;
    await expect(moves.failover(shop.itemId("web1"), planned, { report })).rejects.toThrow();
    fs.renameSync(`${image}.away`, image);
    const [failed] = shop.site.engine.jobs({ targetId: shop.itemId("web1"), limit: 1 });
    await sr("jobs restart", ["jobs", "restart", failed!.id]);
  });

  it("of a plan that stops half-way: one document, with the error in it", async () => {
    await shop.declare([shop.boot(["web2"], { startGroupActions: [shop.script("fails", "exit 3")] })]);
    const words = ["plan", "failover", "shop", "--kind", "planned"];
    const { error } = await sr<{ error: { code: string } }>("plan failover", words, 1);
    expect(error.code).toBe("JobFailed");
  });

  it("of what fails", async () => {
    const refused = { error: { code: "ActionNotAllowed", exitCode: 1, target: shop.itemId("db1") } };
    expect(await sr("error", ["commit", "db1"], 1)).toMatchObject(refused);
    expect(await sr("error", ["plan", "show", "none"], 1)).toMatchObject({ error: { code: "NotFound" } });
    expect(await sr("error", ["status", "--bogus"], 2)).toMatchObject({
      error: { code: "Usage", exitCode: 2 },
    });
    const limit = { error: { code: "InvalidInput", property: "--limit", exitCode: 2 } };
    expect(await sr("error", ["jobs", "--limit", "no"], 2)).toMatchObject(limit);
    expect(await sr("error", ["nothing"], 2)).toMatchObject({ error: { code: "Usage" } });
    const nowhere = path.join(shop.site.folder, "nowhere");
    expect(await run(nowhere, "error", ["status"], 1)).toMatchObject({ error: { code: "NotFound" } });
  });
});

describe("the output of commands for rarer cases", () => {
  let site: FlowSite;
  afterAll(() => site.remove());

  it("of a migration, and of a machine that is adopted", async () => {
    site = await FlowSite.make({ flow: "M1" });
    const home = site.engine.homeFolder;
    await handlerOf("migration-item", site.engine).create(migrationOf(site), quiet);
    await run(home, "status", ["status"]);
    await run(home, "migrate", ["migrate", "web1"]);
    site.remove();
    site = await FlowSite.make({ flow: "S6" });
    await site.protect();
    const at = path.join(site.folder, "home");
    site.engine.close();
    const names = fs.readdirSync(at).filter((name) => name.startsWith("siterecovery.db"));
    for (const name of names) fs.copyFileSync(path.join(at, name), path.join(site.folder, name));
    const spawned = async (...words: string[]): Promise<unknown> => {
      const { code, stdout, stderr } = await startProgram(at, ...words, "--json").ended;
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout);
    };
    hold("failover", await spawned("failover", "web1", "--kind", "unplanned"));
    for (const name of fs.readdirSync(at)) {
      if (name.startsWith("siterecovery.db")) fs.rmSync(path.join(at, name));
    }
    for (const name of names) fs.copyFileSync(path.join(site.folder, name), path.join(at, name));
    hold("adopt-machine", await spawned("adopt-machine", "web1"));
    hold("commit", await spawned("commit", "web1"));
    site.useEngine(await openEngine({ home: at }));
    hold("reverse-replicate", await spawned("reverse-replicate", "web1"));
  });
});

it("leaves no output of a command unseen", () => {
  expect(
    [...jsonOutputsOf(program()).map(({ name }) => name), "error"].filter((name) => !seen.has(name as Name)),
  ).toEqual([]);
});
