import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEngine } from "../../../provider/engine/engine.ts";
import { hashOf, quiet, Site } from "../fixture.ts";

let site: Site;
beforeEach(async () => {
  site = await Site.make();
  await site.protect();
});
afterEach(() => site.remove());

/** Runs an action of the engine in a process of its own that dies when it reports a line. */
function dieAt(line: string, action: string): void {
  const engine = JSON.stringify(path.resolve("provider/engine/engine.ts"));
  const script = `
    const { openEngine } = await import(${engine});
    const engine = await openEngine({ home: ${JSON.stringify(site.engine.homeFolder)} });
    const id = ${JSON.stringify(site.itemId)};
    const progress = { report: (line) => { if (line.startsWith(${JSON.stringify(line)})) process.kill(process.pid, "SIGKILL"); } };
    ${action}`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(child.signal, child.stderr).toBe("SIGKILL");
}

const failover = 'await engine.moves.failover(id, { kind: "planned", recoveryPoint: "latest" }, progress);';
const steps = [
  "Check source, network and storage",
  "Shut the source machine down",
  "Take the last delta",
  "Make the replica machine's disks",
  "Start the replica machine",
];

describe("a job whose process was killed", () => {
  for (const line of steps) {
    it(`goes on where it stopped: planned failover killed at "${line}"`, async () => {
      dieAt(line, failover);
      const lines: string[] = [];
      // Whatever touches the item next finishes the job first; here it is the commit.
      await site.engine.moves.commit(site.itemId, { report: (text) => lines.push(text) });
      expect(lines[0]).toBe("resuming the planned failover that was interrupted");
      expect(hashOf(site.replica)).toBe(hashOf(site.image));
      expect([site.power("primary"), site.power("recovery")]).toEqual(["off", "running"]);
      expect(site.engine.findItem(site.itemId)?.state).toBe("PlannedFailoverCommitted");
      const job = site.engine.jobs({ limit: 10 }).find(({ scenario }) => scenario === "PlannedFailover")!;
      expect([job.state, job.attempts]).toEqual(["Succeeded", 2]);
      expect(job.tasks.map(({ state }) => state)).toEqual(Array(5).fill("Succeeded"));
    });
  }

  const back = [
    "Synchronise changes",
    "Shut the replica machine down",
    "Take the last delta",
    "Make the primary side's disks",
    "Start the machine at the primary side",
  ];
  for (const line of back) {
    it(`goes on where it stopped: failback killed at "${line}"`, async () => {
      await site.engine.moves.failover(site.itemId, { kind: "planned", recoveryPoint: "latest" }, quiet);
      await site.engine.moves.commit(site.itemId, quiet);
      const wanted = hashOf(site.replica);
      dieAt(line, "await engine.moves.failback(id, progress);");
      await site.engine.moves.commit(site.itemId, quiet);
      expect(hashOf(site.image)).toBe(wanted);
      expect([site.power("primary"), site.power("recovery")]).toEqual(["running", "off"]);
      expect(site.engine.findItem(site.itemId)?.state).toBe("FailbackCommitted");
    });
  }
});

describe("the command whose process was killed, run again", () => {
  it.each([
    ["failover", "Make the replica machine's disks", failover],
    ["failback", "Make the primary side's disks", "await engine.moves.failback(id, progress);"],
  ])("finishes the %s and ends well", async (name, line, action) => {
    const choice = { kind: "planned", recoveryPoint: "latest" } as const;
    const again = {
      failover: () => site.engine.moves.failover(site.itemId, choice, quiet),
      failback: () => site.engine.moves.failback(site.itemId, quiet),
    }[name as "failover" | "failback"];
    if (name === "failback") {
      await site.engine.moves.failover(site.itemId, choice, quiet);
      await site.engine.moves.commit(site.itemId, quiet);
    }
    dieAt(line, action);
    await again();
    const runs = site.engine.jobs({ limit: 10 }).filter(({ attempts }) => attempts === 2);
    expect(runs.map(({ state }) => state)).toEqual(["Succeeded"]);
    expect(hashOf(site.replica)).toBe(hashOf(site.image));
    // Asked for once more it is a wish of its own, and refused.
    await expect(again()).rejects.toMatchObject({ code: "ActionNotAllowed" });
  });

  it("is refused where it asks for something else than what was finished", async () => {
    const [point] = await site.engine.recoveryPoints(site.itemId);
    dieAt("Make the replica machine's disks", failover);
    const other = { kind: "planned", recoveryPoint: point!.id } as const;
    await expect(site.engine.moves.failover(site.itemId, other, quiet)).rejects.toMatchObject({
      code: "ActionNotAllowed",
    });
    expect(site.engine.findItem(site.itemId)?.state).toBe("PlannedFailoverCommitPending");
  });
});

describe("a job that fails", () => {
  it("rolls a planned failover back, starts the source again, and says so", async () => {
    // A file where the replica machine's folder has to be made.
    fs.writeFileSync(path.join(site.folder, "home", "azure"), "in the way");
    const attempt = site.engine.moves.failover(
      site.itemId,
      { kind: "planned", recoveryPoint: "latest" },
      quiet,
    );
    await expect(attempt).rejects.toThrow(/rolled back: web1 runs at the primary side again/);
    expect(site.power("primary")).toBe("running");
    expect(site.engine.findItem(site.itemId)?.state).toBe("Protected");
    const [job] = site.engine.jobs({ limit: 1 });
    expect([job!.state, job!.error?.code]).toEqual(["Failed", "IoFailed"]);
    fs.rmSync(path.join(site.folder, "home", "azure"));
    await site.engine.moves.failover(site.itemId, { kind: "planned", recoveryPoint: "latest" }, quiet);
    expect(hashOf(site.replica)).toBe(hashOf(site.image));
  });

  it("[HW-4e] changes nothing when its prerequisites are not met", async () => {
    fs.renameSync(path.join(site.folder, "hv1"), path.join(site.folder, "unplugged"));
    const attempt = site.engine.moves.failover(
      site.itemId,
      { kind: "planned", recoveryPoint: "latest" },
      quiet,
    );
    await expect(attempt).rejects.toThrow(/hv1 \(.*\) does not answer.*Nothing was changed\./);
    expect(site.engine.findItem(site.itemId)?.state).toBe("Protected");
  });

  it("[HW-5a] fails over unplanned when the source is gone, and fails back to a machine made anew", async () => {
    const wanted = hashOf(site.image);
    fs.renameSync(path.join(site.folder, "hv1"), path.join(site.folder, "unplugged"));
    await site.engine.moves.failover(site.itemId, { kind: "unplanned", recoveryPoint: "latest" }, quiet);
    expect(hashOf(site.replica)).toBe(wanted);
    await site.engine.moves.commit(site.itemId, quiet);
    await expect(site.engine.moves.failback(site.itemId, quiet)).rejects.toThrow(
      /hv1 .* does not answer.*Nothing was changed\./,
    );
    expect(site.power("recovery")).toBe("running");
    // The host answers without the machine: it may come back with it, and run.
    fs.mkdirSync(path.join(site.folder, "hv1"));
    await expect(site.engine.moves.failback(site.itemId, quiet)).rejects.toThrow(/confirm-source-off web1/);
    expect(await site.engine.identities.confirmSourceOff(site.itemId, quiet)).toBe("confirmed");
    await site.engine.moves.failback(site.itemId, quiet);
    expect(hashOf(site.image)).toBe(wanted);
    expect([site.power("primary"), site.power("recovery")]).toEqual(["running", "off"]);
  });

  it("is refused while another one works on the item", async () => {
    const other = await openEngine({ home: site.engine.homeFolder });
    const first = site.engine.replicate(site.itemId, quiet);
    await expect(other.replicate(site.itemId, quiet)).rejects.toThrow(/is busy: replication is under way/);
    await first;
    other.close();
  });

  it("[HW-4e] keeps an item whose source is gone as it was, and says why", async () => {
    fs.renameSync(path.join(site.folder, "hv1"), path.join(site.folder, "unplugged"));
    await expect(site.engine.replicate(site.itemId, quiet)).rejects.toThrow(/hv1 .* does not answer/);
    const view = await site.engine.viewItem(site.itemId);
    expect([view.replicationHealth, view.failoverHealth]).toEqual(["Warning", "Normal"]);
    expect(view.healthNotes.map(({ text }) => text).join()).toContain("last replication failed");
    fs.renameSync(path.join(site.folder, "unplugged"), path.join(site.folder, "hv1"));
    await site.engine.replicate(site.itemId, quiet);
    expect((await site.engine.viewItem(site.itemId)).replicationHealth).toBe("Normal");
  });

  it("[HW-4e] ends the report of a failed replication when a failover ends that replication", async () => {
    fs.renameSync(path.join(site.folder, "hv1"), path.join(site.folder, "unplugged"));
    await expect(site.engine.replicate(site.itemId, quiet)).rejects.toThrow(/hv1 .* does not answer/);
    fs.renameSync(path.join(site.folder, "unplugged"), path.join(site.folder, "hv1"));
    const textOf = async (): Promise<string> =>
      (await site.engine.viewItem(site.itemId)).healthNotes.map(({ text }) => text).join();
    expect(await textOf()).toContain("last replication failed");
    await site.engine.moves.failover(site.itemId, { kind: "planned", recoveryPoint: "latest" }, quiet);
    expect(await textOf()).not.toContain("last replication failed");
  });
});
