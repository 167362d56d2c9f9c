import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MachinePower } from "../../provider/engine/machine-power.ts";
import { openEngine } from "../../provider/engine/engine.ts";
import { hashOf, quiet, Site } from "./fixture.ts";

let site: Site;
beforeEach(async () => {
  site = await Site.make();
  await site.protect();
});
afterEach(() => site.remove());

const planned = { kind: "planned", recoveryPoint: "latest" } as const;
const newest = (): { id: string; state: string; scenario: string } => site.engine.jobs({ limit: 1 })[0]!;

/** A process of its own that runs a planned failover and dies at its second task. */
function dieInFailover(): void {
  const engine = JSON.stringify(path.resolve("provider/engine/engine.ts"));
  const script = `
    const { openEngine } = await import(${engine});
    const engine = await openEngine({ home: ${JSON.stringify(site.engine.homeFolder)} });
    const progress = { report: (line) => { if (line.startsWith("Take the last delta")) process.kill(process.pid, "SIGKILL"); } };
    await engine.moves.failover(${JSON.stringify(site.itemId)}, ${JSON.stringify(planned)}, progress);`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(child.signal, child.stderr).toBe("SIGKILL");
}

describe("cancelling a job", () => {
  it("that another engine runs ends it at its next task, and it is rolled back", async () => {
    const other = await openEngine({ home: site.engine.homeFolder });
    let asked: Promise<unknown> | undefined;
    const progress = {
      report: (line: string): void => {
        if (line.startsWith("Shut the source")) asked = other.itemJobs.cancel(newest().id, quiet);
      },
    };
    await expect(site.engine.moves.failover(site.itemId, planned, progress)).rejects.toMatchObject({
      code: "Cancelled",
    });
    expect(await asked).toBe("ends elsewhere");
    expect(newest()).toMatchObject({ scenario: "PlannedFailover", state: "Cancelled" });
    expect(site.engine.findItem(site.itemId)).toMatchObject({
      state: "Protected",
      activeLocation: "primary",
    });
    expect(site.power("primary")).toBe("running");
    expect(site.engine.events({ limit: 1 })[0]).toMatchObject({
      code: "PlannedFailover",
      severity: "Warning",
    });
    other.close();
  });

  it("that a dead process left ends it there and then", async () => {
    dieInFailover();
    expect(newest().state).toBe("InProgress");
    expect(site.power("primary")).toBe("off");
    expect(await site.engine.itemJobs.cancel(newest().id, quiet)).toBe("cancelled");
    expect(site.power("primary")).toBe("running");
    expect(site.engine.findItem(site.itemId)!.state).toBe("Protected");
  });

  it.each(["planned", "unplanned"] as const)(
    "leaves a machine that a person may start after a %s failover",
    async (kind) => {
      const other = await openEngine({ home: site.engine.homeFolder });
      let asked: Promise<unknown> | undefined;
      const progress = {
        report: (line: string): void => {
          if (line.startsWith("Make the replica machine")) asked = other.itemJobs.cancel(newest().id, quiet);
        },
      };
      const choice = { kind, recoveryPoint: "latest" } as const;
      await expect(site.engine.moves.failover(site.itemId, choice, progress)).rejects.toMatchObject({
        code: "Cancelled",
      });
      await asked;
      other.close();
      const power = new MachinePower();
      const folder = path.dirname(site.image);
      await power.off(folder);
      expect(await power.on(folder)).toBe(true);
    },
  );

  it("is refused for one that has no way back, which then ends well", async () => {
    await site.engine.moves.failover(site.itemId, planned, quiet);
    const refusals: unknown[] = [];
    const progress = {
      report: (): void => {
        const { id, scenario } = newest();
        if (scenario === "CancelFailover")
          void site.engine.itemJobs.cancel(id, quiet).catch((error: unknown) => refusals.push(error));
      },
    };
    await site.engine.moves.cancel(site.itemId, progress);
    expect(refusals.length).toBeGreaterThan(0);
    expect(refusals[0]).toMatchObject({ code: "ActionNotAllowed" });
    expect(newest()).toMatchObject({ scenario: "CancelFailover", state: "Succeeded" });
    expect(site.power("primary")).toBe("running");
  });

  it("is refused for one that has ended, and for none", async () => {
    await expect(site.engine.itemJobs.cancel(newest().id, quiet)).rejects.toMatchObject({
      code: "ActionNotAllowed",
    });
    await expect(site.engine.itemJobs.cancel("nothing", quiet)).rejects.toMatchObject({ code: "NotFound" });
  });
});

describe("restarting a job", () => {
  it("runs again what failed, with what it was asked", async () => {
    const away = `${site.image}.away`;
    const progress = {
      report: (line: string): void => {
        if (line.startsWith("Take the last delta")) fs.renameSync(site.image, away);
      },
    };
    await expect(site.engine.moves.failover(site.itemId, planned, progress)).rejects.toThrow();
    fs.renameSync(away, site.image);
    const failed = newest();
    expect(failed).toMatchObject({ scenario: "PlannedFailover", state: "Failed" });
    await site.engine.itemJobs.restart(failed.id, quiet);
    expect(newest()).toMatchObject({ scenario: "PlannedFailover", state: "Succeeded" });
    expect(newest().id).not.toBe(failed.id);
    expect(hashOf(site.replica)).toBe(hashOf(site.image));
  });

  it("runs again what was cancelled", async () => {
    dieInFailover();
    const { id } = newest();
    await site.engine.itemJobs.cancel(id, quiet);
    await site.engine.itemJobs.restart(id, quiet);
    expect(site.engine.findItem(site.itemId)!.state).toBe("PlannedFailoverCommitPending");
  });

  it("is refused for one that went well, and for a machine that has moved on", async () => {
    await expect(site.engine.itemJobs.restart(newest().id, quiet)).rejects.toThrow(/it is Succeeded/);
    dieInFailover();
    const { id } = newest();
    await site.engine.itemJobs.cancel(id, quiet);
    await site.engine.moves.failover(site.itemId, planned, quiet);
    await expect(site.engine.itemJobs.restart(id, quiet)).rejects.toMatchObject({ code: "ActionNotAllowed" });
  });
});
