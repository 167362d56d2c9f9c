import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Clock, systemClock, VirtualClock } from "../../provider/clock.ts";
import { lifeOf, processIdentity } from "../../provider/process-identity.ts";
import { beginAttempt, beginTask, endJob, endTask, addJob, giveUpJob } from "../../provider/store/jobs.ts";
import { leaseMilliseconds } from "../../provider/store/lease-row.ts";
import {
  breakLease,
  confirmLease,
  currentLease,
  leaseOf,
  renewalMilliseconds,
  takeLease,
} from "../../provider/store/leases.ts";
import { migrations } from "../../provider/store/migrations.ts";
import { openStore, type Store } from "../../provider/store/open-store.ts";
import { findItem, putItem } from "../../provider/store/protected-items.ts";
import { deleteThing, putThing } from "../../provider/store/things.ts";
import { someItem, someItemChanged } from "./some-item.ts";

const item = "/subscriptions/s/resourceGroups/g/providers/p/Item";
let folder: string;
let file: string;
let store: Store;
let clock: VirtualClock;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-leases-"));
  file = path.join(folder, "siterecovery.db");
  store = openStore(file);
  clock = new VirtualClock();
});

afterEach(() => {
  store.close();
  fs.rmSync(folder, { recursive: true });
});

/** Takes a lease as another process and returns once it is written; the process then waits to be killed. */
async function otherProcess(script = ""): Promise<ReturnType<typeof spawn>> {
  const module = (name: string): string => JSON.stringify(path.resolve(name));
  const child = spawn(process.execPath, [
    "--input-type=module",
    "-e",
    `const { openStore } = await import(${module("provider/store/open-store.ts")});
     const { takeLease } = await import(${module("provider/store/leases.ts")});
     const { systemClock } = await import(${module("provider/clock.ts")});
     const store = openStore(${JSON.stringify(file)});
     takeLease(store, ${JSON.stringify(item)}, "initial copy", systemClock);
     setInterval(() => {}, 1000);
     ${script}
     process.stdout.write("taken");`,
  ]);
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child;
}

async function kill(child: ReturnType<typeof spawn>): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

/** Gives the lease's row the name of a process. */
function own(changes: { owner?: string; clock?: string; renewedOnClock?: number; renewedAt?: number }): void {
  const row = store.prepare("SELECT * FROM leases WHERE key = ?").get(item.toLowerCase())!;
  store
    .prepare("UPDATE leases SET owner = ?, clock = ?, renewed_on_clock = ?, renewed_at = ?")
    .run(
      changes.owner ?? row["owner"]!,
      changes.clock ?? row["clock"]!,
      changes.renewedOnClock ?? row["renewed_on_clock"]!,
      changes.renewedAt ?? row["renewed_at"]!,
    );
}

function identityWith(changes: { host?: string; pid?: number; boot?: string; namespace?: string }): string {
  const [host, pid, start, boot, namespace] = processIdentity().split(":");
  const { host: otherHost, pid: otherPid, boot: otherBoot, namespace: otherNamespace } = changes;
  return [otherHost ?? host, otherPid ?? pid, start, otherBoot ?? boot, otherNamespace ?? namespace].join(
    ":",
  );
}

describe("leases", () => {
  it("lets one caller at a time work on a thing, whatever the letter case of its id", () => {
    const lease = takeLease(store, item, "replication", clock);
    expect(() => takeLease(store, item.toUpperCase(), "failover", clock)).toThrow(
      /replication is under way.*unlock Item --force/i,
    );
    expect(currentLease(store, item, clock)).toBe("replication");
    lease.release();
    expect(currentLease(store, item, clock)).toBeUndefined();
    takeLease(store, item, "failover", clock).release();
  });

  it("gives each lease a higher epoch, also after all were released", () => {
    const epochs = ["one", "two", "three"].map((purpose) => {
      const lease = takeLease(store, purpose === "two" ? "/other" : item, purpose, clock);
      lease.release();
      return lease.epoch;
    });
    expect(store.prepare("SELECT count(*) AS count FROM leases").get()!["count"]).toBe(0);
    expect(epochs).toEqual(epochs.toSorted((left, right) => left - right));
    expect(new Set(epochs).size).toBe(3);
  });

  it("says who has a lease, since when and until when", () => {
    const lease = takeLease(store, item, "replication", clock);
    const takenAt = clock.now();
    clock.advance(renewalMilliseconds);
    expect(leaseOf(store, item, clock)).toEqual({
      epoch: lease.epoch,
      purpose: "replication",
      host: os.hostname(),
      pid: process.pid,
      takenAt,
      expiresAt: takenAt + renewalMilliseconds + leaseMilliseconds,
    });
    lease.release();
  });

  it("takes a lease over from a process that is gone, at once", async () => {
    const child = await otherProcess();
    expect(currentLease(store, item, systemClock)).toBe("initial copy");
    expect(() => takeLease(store, item, "resumed", systemClock)).toThrow(/initial copy is under way/);
    await kill(child);
    expect(currentLease(store, item, systemClock)).toBeUndefined();
    takeLease(store, item, "resumed", systemClock).release();
  });

  it("takes a lease over from a process that was stopped, which then writes nothing", async () => {
    const child = await otherProcess(`
      const { putItem } = await import(${JSON.stringify(path.resolve("provider/store/protected-items.ts"))});
      const { putThing } = await import(${JSON.stringify(path.resolve("provider/store/things.ts"))});
      putThing(store, ${JSON.stringify(item)}, "protected-item", {}, 0);
      process.stdin.once("data", () => {
        const place = { activeLocation: "primary", testFailoverState: "None", details: {} };
        try {
          putItem(store, { id: ${JSON.stringify(item)}, state: "Protected", ...place });
          process.stdout.write("written");
        } catch (error) {
          process.stdout.write(error.code);
        }
      });`);
    child.kill("SIGSTOP");
    const { milliseconds } = systemClock.shared();
    own({ renewedOnClock: milliseconds - leaseMilliseconds });
    const lease = takeLease(store, item, "failover", systemClock);
    const answer = new Promise<string>((resolve) =>
      child.stdout!.once("data", (data: Buffer) => resolve(data.toString())),
    );
    child.kill("SIGCONT");
    child.stdin!.write("go\n");
    expect(await answer).toBe("LeaseLost");
    expect(findItem(store, item)).toBeUndefined();
    lease.release();
    await kill(child);
  });

  it("takes over what a dead process of another host or container holds when it has expired, and no sooner", () => {
    takeLease(store, item, "failover", new VirtualClock());
    own({ owner: identityWith({ host: "other", boot: "other" }), clock: "other", renewedOnClock: 5 });
    clock.advance(leaseMilliseconds - 1);
    const elsewhere = openStore(file);
    expect(() => takeLease(elsewhere, item, "failback", clock)).toThrow(/on other since/);
    clock.advance(1);
    takeLease(elsewhere, item, "failback", clock).release();
    elsewhere.close();
  });

  it("is not fooled by a wall clock that was set back while another host held a lease", () => {
    takeLease(store, item, "failover", new VirtualClock());
    const future = clock.now() + 365 * 86_400_000;
    own({ owner: identityWith({ host: "other", boot: "other" }), clock: "other", renewedAt: future });
    const elsewhere = openStore(file);
    expect(() => takeLease(elsewhere, item, "failback", clock)).toThrow(/is busy/);
    clock.advance(leaseMilliseconds - 1);
    expect(() => takeLease(elsewhere, item, "failback", clock)).toThrow(/is busy/);
    clock.advance(1);
    takeLease(elsewhere, item, "failback", clock).release();
    elsewhere.close();
  });

  it("is not fooled by a wall clock that jumps ahead while a process of this computer works", async () => {
    const child = await otherProcess();
    const ahead: Clock = { ...systemClock, now: () => Date.now() + 365 * 86_400_000 };
    expect(() => takeLease(store, item, "failover", ahead)).toThrow(/initial copy is under way/);
    await kill(child);
  });

  it("never takes the pid of another pid namespace for one of its own", () => {
    expect(lifeOf(identityWith({ pid: 4_194_305 }))).toBe("dead");
    expect(lifeOf(identityWith({ pid: 4_194_305, namespace: "pid[1]" }))).toBe("unknown");
    expect(lifeOf(identityWith({ pid: 4_194_305, boot: "another" }))).toBe("unknown");
    // A host that was given another name since counts its processes as before.
    expect(lifeOf(identityWith({ pid: 4_194_305, host: "renamed" }))).toBe("dead");
    expect(lifeOf(identityWith({}))).toBe("alive");
    expect(lifeOf(`${os.hostname()}:4194305:1`)).toBe("dead");
  });

  it("aborts the signal of work that has lost its lease, at the next renewal", () => {
    const lease = takeLease(store, item, "replication", clock);
    expect(breakLease(store, item)?.purpose).toBe("replication");
    expect(lease.signal.aborted).toBe(false);
    clock.advance(renewalMilliseconds);
    expect(lease.signal.reason).toMatchObject({ code: "LeaseLost" });
    expect(() => confirmLease(store, item, clock)).toThrow(/taken over/);
    // Its work may not be over yet: nobody of this process begins beside it.
    expect(() => takeLease(store, item, "failover", clock)).toThrow(/taken over/);
    lease.release();
    takeLease(store, item, "failover", clock).release();
  });
});

describe("writes", () => {
  const job = { id: "job", scenario: "PlannedFailover", targetId: item, input: {}, startedAt: 0 };
  const writes: readonly (readonly [string, () => void])[] = [
    ["an item", () => putItem(store, someItemChanged(item))],
    ["the end of an item", () => deleteThing(store, item)],
    ["a new job", () => addJob(store, { ...job, id: "another" }, [])],
    ["an attempt", () => beginAttempt(store, "job")],
    ["a task's beginning", () => beginTask(store, "job", 0, 1)],
    ["a task's end", () => endTask(store, "job", 0, { state: "Succeeded", now: 1 })],
    ["a job's end", () => endJob(store, "job", "Succeeded", 1)],
  ];

  const everything = (): string =>
    JSON.stringify(
      ["things", "protected_items", "jobs", "tasks", "events"].map((table) =>
        store.database.prepare(`SELECT * FROM ${table}`).all(),
      ),
    );

  beforeEach(() => {
    putThing(store, item, "protected-item", {}, 0);
    const lease = takeLease(store, item, "set-up", clock);
    putItem(store, someItem(item));
    addJob(store, job, ["shutDown"]);
    lease.release();
  });

  it.each(writes)("of %s are refused when another process has taken over", (_what, write) => {
    const lease = takeLease(store, item, "failover", clock);
    breakLease(store, item);
    const before = everything();
    expect(write).toThrow(expect.objectContaining({ code: "LeaseLost" }));
    expect(everything()).toBe(before);
    expect(lease.signal.aborted).toBe(true);
    lease.release();
  });

  it.each(writes)("of %s without a lease are a bug", (_what, write) => {
    expect(write).toThrow(expect.objectContaining({ code: "Bug" }));
  });

  it.each(writes)("of %s are done under the lease", (_what, write) => {
    const lease = takeLease(store, item, "failover", clock);
    const before = everything();
    write();
    expect(everything()).not.toBe(before);
    lease.release();
  });

  it("of a person who gives a job up need none", () => {
    giveUpJob(store, "job", 1, { code: "Cancelled", message: "It was given up." });
    expect(store.prepare("SELECT state FROM jobs").get()!["state"]).toBe("Cancelled");
  });
});

it("opens a store of the version before, whose leases of living processes still count", () => {
  const former = path.join(folder, "former.db");
  const database = new DatabaseSync(former);
  const version = migrations.findIndex((step) => step.includes("former_leases"));
  for (const step of migrations.slice(0, version)) database.exec(step);
  database.exec(`PRAGMA user_version = ${version}`);
  const insert = database.prepare("INSERT INTO leases VALUES (?, ?, ?, 1)");
  const start = processIdentity().split(":")[2];
  insert.run("/alive", `${os.hostname()}:${process.ppid}:`, "replication");
  insert.run("/dead", `${os.hostname()}:4194305:${start}`, "replication");
  insert.run("/elsewhere", `another:17:${start}`, "replication");
  database.close();
  const opened = openStore(former);
  expect(() => takeLease(opened, "/alive", "failover", systemClock)).toThrow(/is busy/);
  takeLease(opened, "/dead", "failover", systemClock).release();
  takeLease(opened, "/elsewhere", "failover", systemClock).release();
  opened.close();
});
