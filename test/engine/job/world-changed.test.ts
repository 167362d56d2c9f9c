/** A job or a run that is resumed looks at the world again: what it did may no longer hold. */
import { randomBytes } from "node:crypto";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { hashOf, quiet, Site } from "../fixture.ts";
import { machineNames, Shop, trace } from "../recovery-plan/shop.ts";

const removals: (() => void)[] = [];
afterEach(() => {
  for (const remove of removals.splice(0)) remove();
});

async function siteOf(): Promise<Site> {
  const site = await Site.make();
  removals.push(() => site.remove());
  await site.protect();
  return site;
}

async function shopOf(): Promise<Shop> {
  const shop = await Shop.make();
  removals.push(() => shop.remove());
  return shop;
}

/** Runs an action in a process of its own that is killed when it reports a line. */
function dieAt(site: Site, line: string, action: string): void {
  const script = `
    const { openEngine } = await import(${JSON.stringify(path.resolve("provider/engine/engine.ts"))});
    const engine = await openEngine({ home: ${JSON.stringify(site.engine.homeFolder)} });
    const id = ${JSON.stringify(site.itemId)};
    const progress = { report: (line) => { if (line.startsWith(${JSON.stringify(line)})) process.kill(process.pid, "SIGKILL"); } };
    ${action}`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(child.signal, child.stderr).toBe("SIGKILL");
}

/** Somebody starts the machine again, and it writes; it may be shut down after that. */
async function useAgain(image: string, power: "running" | "off"): Promise<string> {
  const disk = await openTrackedDisk(image);
  await disk.write(randomBytes(5000), 70_000);
  await disk.close();
  fs.writeFileSync(path.join(path.dirname(image), "power-state"), `${power}\n`);
  return hashOf(image);
}

const kinds = {
  planned: 'await engine.moves.failover(id, { kind: "planned", recoveryPoint: "latest" }, progress);',
  failback: "await engine.moves.failback(id, progress);",
};

describe.each(["running", "off"] as const)("a machine that was used again and is %s", (power) => {
  it("takes what it wrote along when its interrupted planned failover is resumed", async () => {
    const site = await siteOf();
    dieAt(site, "Make the replica machine's disks", kinds.planned);
    const wanted = await useAgain(site.image, power);
    await site.engine.moves.commit(site.itemId, quiet);
    expect([site.power("primary"), site.power("recovery")]).toEqual(["off", "running"]);
    expect([hashOf(site.image), hashOf(site.replica)]).toEqual([wanted, wanted]);
  });

  it("takes what it wrote along when its interrupted failback is resumed", async () => {
    const site = await siteOf();
    await site.engine.moves.failover(site.itemId, { kind: "planned", recoveryPoint: "latest" }, quiet);
    await site.engine.moves.commit(site.itemId, quiet);
    dieAt(site, "Make the primary side's disks", kinds.failback);
    const wanted = await useAgain(site.replica, power);
    await site.engine.moves.commit(site.itemId, quiet);
    expect([site.power("primary"), site.power("recovery")]).toEqual(["running", "off"]);
    expect(hashOf(site.image)).toBe(wanted);
  });
});

/** As `dd` does: past every change log. */
function writePast(image: string): string {
  const file = fs.openSync(image, "r+");
  fs.writeSync(file, randomBytes(5000), 0, 5000, 70_000);
  fs.closeSync(file);
  return hashOf(image);
}

describe("disks at the primary side that an interrupted failback has begun to overwrite", () => {
  const refusal = {
    code: "ActionNotAllowed",
    message: expect.stringMatching(/changed after its failover.*discard-primary-changes web1/s) as string,
  };

  async function interruptedAt(line: string): Promise<Site> {
    const site = await siteOf();
    await site.engine.moves.failover(site.itemId, { kind: "planned", recoveryPoint: "latest" }, quiet);
    await site.engine.moves.commit(site.itemId, quiet);
    dieAt(site, line, kinds.failback);
    return site;
  }

  /** What was written stays, whatever is run, until a person gives it up. */
  async function expectKept(site: Site, written: string): Promise<void> {
    const codes = async (): Promise<string[]> =>
      (await site.engine.viewItem(site.itemId)).healthNotes.map(({ code }) => code);
    const failBack = (): Promise<void> => site.engine.moves.failback(site.itemId, quiet);
    await expect(failBack()).rejects.toMatchObject(refusal);
    expect([site.power("primary"), site.power("recovery")]).toEqual(["off", "running"]);
    expect(await codes()).toContain("PrimaryDisksChanged");
    await expect(failBack()).rejects.toMatchObject(refusal);
    expect(hashOf(site.image)).toBe(written);
    const wanted = hashOf(site.replica);
    await site.engine.moves.failback(site.itemId, quiet, { discardPrimaryChanges: true });
    expect([site.power("primary"), site.power("recovery")]).toEqual(["running", "off"]);
    expect(hashOf(site.image)).toBe(wanted);
  }

  it("do not have their names while they are a mixture, and get them back", async () => {
    const site = await interruptedAt("failback of disk");
    expect(fs.existsSync(site.image)).toBe(false);
    const { healthNotes } = await site.engine.viewItem(site.itemId);
    expect(healthNotes.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["JobInterrupted", "RunsNowhere"]),
    );
    const texts = healthNotes.map(({ text }) => text).join("\n");
    expect(texts).toMatch(/jobs cancel [0-9a-f-]{36}/);
    // A machine of half-written disks is started by the job that ends, and by no person.
    expect(texts).toMatch(/is off.*do not start it by hand: end its interrupted job first/);
    expect(texts).not.toMatch(/start (it|the machine) at/);
    const wanted = hashOf(site.replica);
    await site.engine.moves.commit(site.itemId, quiet);
    expect([site.power("primary"), site.power("recovery")]).toEqual(["running", "off"]);
    expect(hashOf(site.image)).toBe(wanted);
    expect(fs.readdirSync(path.dirname(site.image)).join()).not.toContain("overwriting");
  });

  it("get their names back when that failback is cancelled, and what is written to them then is noticed", async () => {
    const site = await interruptedAt("failback of disk");
    const { id: jobId } = site.engine.jobs({ targetId: site.itemId, limit: 1 })[0]!;
    expect(await site.engine.itemJobs.cancel(jobId, quiet)).toBe("cancelled");
    expect([site.power("primary"), site.power("recovery")]).toEqual(["off", "running"]);
    expect(fs.readdirSync(path.dirname(site.image))).not.toContain("os.img.overwriting");
    expect(fs.existsSync(site.image)).toBe(true);
    const codes = async (): Promise<string[]> =>
      (await site.engine.viewItem(site.itemId)).healthNotes.map(({ code }) => code);
    expect(await codes()).not.toContain("PrimaryDisksChanged");
    await expectKept(site, writePast(site.image));
  });

  it.each(["running", "off"] as const)(
    "keep what a machine wrote that has the name and is %s",
    async (power) => {
      const site = await interruptedAt("failback of disk");
      fs.renameSync(`${site.image}.overwriting`, site.image);
      const written = await useAgain(site.image, power);
      const { healthNotes } = await site.engine.viewItem(site.itemId);
      expect(healthNotes.map(({ code }) => code)).toContain("PrimaryDisksChanged");
      await expectKept(site, written);
    },
  );

  it("keep another image that was put into the place of one", async () => {
    const site = await interruptedAt("failback of disk");
    fs.writeFileSync(site.image, randomBytes(512 * 1024));
    await expectKept(site, hashOf(site.image));
  });

  it.each(["tracked", "past its change log"])(
    "keep what was written %s after they were whole",
    async (how) => {
      const site = await interruptedAt("Start the machine at the primary side");
      // The machine at the recovery side has gone on, so that the resumed job would have to overwrite them again.
      await useAgain(site.replica, "off");
      const written = how === "tracked" ? await useAgain(site.image, "off") : writePast(site.image);
      await expectKept(site, written);
    },
  );

  it("are not given up by what a person gave up before", async () => {
    const site = await siteOf();
    await site.engine.moves.failover(site.itemId, { kind: "planned", recoveryPoint: "latest" }, quiet);
    await site.engine.moves.commit(site.itemId, quiet);
    writePast(site.image);
    dieAt(
      site,
      "Start the machine at the primary side",
      "await engine.moves.failback(id, progress, { discardPrimaryChanges: true });",
    );
    await useAgain(site.replica, "off");
    await expectKept(site, writePast(site.image));
  });
});

describe("a machine that an interrupted move has started", () => {
  it.each(["running", "off"] as const)(
    "keeps what it wrote at the recovery side and is %s, though its source was used as well",
    async (power) => {
      const site = await siteOf();
      dieAt(site, "Start the replica machine", kinds.planned);
      // As if the process had died right after the start, and before it wrote that down.
      const { engine } = site;
      const folder = path.dirname(site.replica);
      expect(fs.existsSync(path.join(folder, "machine.yaml"))).toBe(false);
      fs.copyFileSync(path.join(path.dirname(site.image), "machine.yaml"), path.join(folder, "machine.yaml"));
      const wanted = await useAgain(site.replica, power);
      await useAgain(site.image, "running");
      await engine.moves.commit(site.itemId, quiet);
      expect([site.power("primary"), site.power("recovery")]).toEqual(["off", "running"]);
      expect(hashOf(site.replica)).toBe(wanted);
    },
  );

  it.each(["running", "off"] as const)(
    "is not removed by an interrupted reverse replication, %s",
    async (power) => {
      const site = await siteOf();
      const { moves } = site.engine;
      await moves.failover(site.itemId, { kind: "planned", recoveryPoint: "latest" }, quiet);
      await moves.commit(site.itemId, quiet);
      await moves.failback(site.itemId, quiet);
      await moves.commit(site.itemId, quiet);
      dieAt(
        site,
        "Remove the machine at the recovery side",
        "await engine.moves.reverseReplicate(id, progress);",
      );
      const written = await useAgain(site.replica, power);
      const refusal = {
        code: "ActionNotAllowed",
        message: expect.stringMatching(/would be removed/) as string,
      };
      await expect(moves.reverseReplicate(site.itemId, quiet)).rejects.toMatchObject(refusal);
      await expect(moves.reverseReplicate(site.itemId, quiet)).rejects.toMatchObject(refusal);
      expect(hashOf(site.replica)).toBe(written);
      fs.rmSync(path.dirname(site.replica), { recursive: true });
      await moves.reverseReplicate(site.itemId, quiet);
      expect(site.power("primary")).toBe("running");
    },
  );
});

describe("a machine that runs again", () => {
  it("is shut down again when its interrupted unplanned failover is resumed", async () => {
    const site = await siteOf();
    const unplanned =
      'await engine.moves.failover(id, { kind: "unplanned", recoveryPoint: "latest" }, progress);';
    dieAt(site, "Make the replica machine's disks", unplanned);
    await useAgain(site.image, "running");
    await site.engine.moves.commit(site.itemId, quiet);
    expect([site.power("primary"), site.power("recovery")]).toEqual(["off", "running"]);
  });

  it("lets a plan's failed run begin again, scripts and shutdown included", async () => {
    const shop = await shopOf();
    const once = shop.script("once", `echo run >> ${shop.notes}; [ $(wc -l < ${shop.notes}) != 1 ]`);
    await shop.declare([{ groupType: "Shutdown", endGroupActions: [once] }, shop.boot(machineNames)]);
    const request = { operation: "UnplannedFailover", recoveryPoint: "latest" } as const;
    await expect(shop.site.engine.plans.run(shop.planId, request, quiet)).rejects.toThrow(
      /stopped at Shutdown/,
    );
    expect(machineNames.map((name) => shop.power(shop.image(name)))).toEqual(["off", "off", "off"]);
    const wanted = await useAgain(shop.image("web1"), "running");
    await shop.site.engine.replicate(shop.itemId("web1"), quiet);
    const told = trace();
    await shop.site.engine.plans.run(shop.planId, request, told);
    expect(told.lines).toContain("Shutdown: web1: shut down");
    expect(machineNames.map((name) => shop.power(shop.image(name)))).toEqual(["off", "off", "off"]);
    expect(hashOf(shop.replica("web1"))).toBe(wanted);
    expect(shop.noted()).toEqual(["run", "run"]);
    const jobs = shop.site.engine.jobs({ targetId: shop.planId, limit: 5 });
    expect(jobs.map(({ state }) => state)).toEqual(["Succeeded", "Failed"]);
  });

  it("is shut down again, from newer points, when a run that waited for a person is resumed", async () => {
    const shop = await shopOf();
    const look = { ...shop.manual("look", "days pass"), failoverTypes: ["UnplannedFailover"] };
    await shop.declare([{ groupType: "Failover", startGroupActions: [look] }, shop.boot(machineNames)]);
    const { engine } = shop.site;
    const request = { operation: "UnplannedFailover", recoveryPoint: "latest" } as const;
    const { jobId, state } = await engine.plans.run(shop.planId, request, quiet, { waits: false });
    expect(state).toBe("Suspended");
    const wanted = await useAgain(shop.image("db1"), "running");
    await engine.replicate(shop.itemId("db1"), quiet);
    await engine.plans.complete(jobId, "", quiet);
    expect(machineNames.map((name) => shop.power(shop.image(name)))).toEqual(["off", "off", "off"]);
    expect(hashOf(shop.replica("db1"))).toBe(wanted);
  });
});
