import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { RecoveryPoint } from "../../../provider/replica/recovery-point.ts";
import { FlowSite } from "../flow-site.ts";
import { quiet } from "../fixture.ts";

let site: FlowSite;
afterEach(() => site.remove());

/** Appends a word to a file in the machine's folder; the folder is what a guest's own disk would be. */
const note = (word: string): string[] => ["sh", "-c", `echo ${word} >> hooks.txt`];
const good = { freeze: note("freeze"), thaw: note("thaw"), timeoutSeconds: 20 };

async function make(consistency: object | undefined, hours = 1): Promise<void> {
  site = await FlowSite.make({ flow: "S3", machine: consistency ? { consistency } : {} });
  const providerSpecificInput = {
    instanceType: "HyperVReplicaAzure",
    applicationConsistentSnapshotFrequencyInHours: hours,
    replicationInterval: 30,
  };
  const vault = { resourceGroupName: "dr", resourceName: "dr-vault", policyName: "five" };
  const wanted = { ...vault, properties: { providerSpecificInput } };
  await handlerOf("policy", site.engine).update(site.ids.get("policy")!, wanted, wanted, quiet);
  await site.protect();
}

const replicate = (): Promise<unknown> => site.engine.replicate(site.itemId(), quiet);
const newest = async (): Promise<RecoveryPoint> => (await site.engine.recoveryPoints(site.itemId())).at(-1)!;
const hooks = (): string[] => {
  const file = path.join(path.dirname(site.image()), "hooks.txt");
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n") : [];
};
const notes = async (): Promise<string> =>
  (await site.engine.viewItem(site.itemId())).healthNotes.map(({ text }) => text).join("\n");

describe("app-consistent recovery points", () => {
  it("are taken between freeze and thaw when the policy says so, and a failover finds them", async () => {
    await make(good);
    await replicate();
    const point = await newest();
    expect(point.kind).toBe("AppConsistent");
    expect(hooks()).toEqual(["freeze", "thaw"]);
    expect(site.item().details.frozenAt).toBeUndefined();
    // The hour is not over: the next one is crash-consistent, without the hooks.
    await replicate();
    expect((await newest()).kind).toBe("CrashConsistent");
    expect(hooks()).toEqual(["freeze", "thaw"]);
    const choice = { kind: "unplanned", recoveryPoint: "latestApplicationConsistent" } as const;
    await site.engine.moves.failover(site.itemId(), choice, quiet);
    expect(site.item().details.recoveryMachine?.pointId).toBe(point.id);
  });

  it("hold what freeze wrote to the disk and nothing that thaw wrote", async () => {
    // The guest writes through the tracked disk, in a process of its own, as a hypervisor or an agent would.
    const write = (word: string): string[] => {
      const code = `
        const { openTrackedDisk } = await import(${JSON.stringify(path.resolve("provider/disks/open-tracked-disk.ts"))});
        const disk = await openTrackedDisk("os.img");
        await disk.write(Buffer.from("${word}"), 0);
        await disk.flush();
        await disk.close();`;
      return [process.execPath, "--input-type=module", "-e", code];
    };
    await make({ freeze: write("QUIET"), thaw: write("NOISY") });
    await replicate();
    expect((await newest()).kind).toBe("AppConsistent");
    const toPath = path.join(site.folder, "point.img");
    await site.engine.points.export({ itemId: site.itemId(), recoveryPoint: "latest", toPath }, quiet);
    expect(fs.readFileSync(toPath).subarray(0, 5).toString()).toBe("QUIET");
    expect(fs.readFileSync(site.image()).subarray(0, 5).toString()).toBe("NOISY");
  });

  it.each([
    [
      "fails",
      ["sh", "-c", "echo database is busy; exit 3"],
      /ended with code 3; it printed: database is busy/,
    ],
    ["hangs", ["sh", "-c", "sleep 60"], /longer than 1 s/],
    ["is not there", ["./no-such-hook"], /cannot be run/],
  ])(
    "become crash-consistent when freeze %s; the machine is thawed and status says why",
    async (_what, freeze, why) => {
      await make({ ...good, freeze, timeoutSeconds: 1 });
      await replicate();
      expect((await newest()).kind).toBe("CrashConsistent");
      expect(hooks()).toEqual(["thaw"]);
      expect(await notes()).toMatch(why);
      expect(site.item().details.lastAppConsistentAt).toBeUndefined();
    },
  );

  it("tell a machine without hooks what it lacks, and replicate it all the same", async () => {
    await make(undefined);
    await replicate();
    expect((await newest()).kind).toBe("CrashConsistent");
    expect(await notes()).toMatch(/has no freeze and thaw commands: add `consistency`/);
  });

  it("leave no machine frozen when the engine is killed between freeze and thaw", async () => {
    await make({ freeze: ["sh", "-c", "echo freeze >> hooks.txt; sleep 30"], thaw: note("thaw") });
    const code = `
      const { openEngine } = await import(${JSON.stringify(path.resolve("provider/engine/engine.ts"))});
      const engine = await openEngine({ home: ${JSON.stringify(path.join(site.folder, "home"))} });
      await engine.replicate(${JSON.stringify(site.itemId())}, { report() {} });`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: "ignore" });
    while (!hooks().includes("freeze")) await sleep(20);
    child.kill("SIGKILL");
    // Its lines are closed, which has the machine thawed, before it is gone.
    await once(child, "exit");
    while (!hooks().includes("thaw")) await sleep(20);
    expect(hooks()).toEqual(["freeze", "thaw"]);
    // The mark is still there; the next action on the machine thaws once more and goes on.
    expect(site.item().details.frozenAt).toBeDefined();
    await site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
    expect(hooks()).toEqual(["freeze", "thaw", "thaw"]);
    expect(site.item().details.frozenAt).toBeUndefined();
  });

  it("keep neither a lost site nor a thaw that fails from a failover; the mark stays", async () => {
    await make({ ...good, thaw: ["sh", "-c", "exit 1"] });
    await replicate();
    expect(await notes()).toMatch(/could not be thawed/);
    expect(site.item().details.frozenAt).toBeDefined();
    await replicate();
    expect(site.item().details.frozenAt).toBeDefined();
    fs.renameSync(path.join(site.folder, "london"), path.join(site.folder, "lost"));
    await site.engine.moves.failover(site.itemId(), { kind: "unplanned", recoveryPoint: "latest" }, quiet);
    expect(site.item().activeLocation).toBe("recovery");
    expect(site.item().details.frozenAt).toBeDefined();
  });

  it("can be cancelled while they wait for freeze, and the machine is thawed", async () => {
    await make({ ...good, freeze: ["sh", "-c", "echo freeze >> hooks.txt; sleep 60"] });
    const stop = new AbortController();
    const cycle = site.engine.replicate(site.itemId(), { ...quiet, signal: stop.signal });
    cycle.catch(() => undefined);
    while (!hooks().includes("freeze")) await sleep(20);
    stop.abort();
    await expect(cycle).rejects.toThrow();
    expect(hooks()).toEqual(["freeze", "thaw"]);
    expect(site.item().details.frozenAt).toBeUndefined();
  });
});
