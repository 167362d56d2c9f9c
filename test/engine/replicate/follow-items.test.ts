import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../provider/clock.ts";
import { Engine } from "../../../provider/engine/engine.ts";
import type { EngineParts } from "../../../provider/engine/engine-parts.ts";
import { openParts } from "../../../provider/engine/open-parts.ts";
import type { ItemDetails, ProtectedItem } from "../../../provider/model/item.ts";
import { takeLease } from "../../../provider/store/leases.ts";
import { putItem } from "../../../provider/store/protected-items.ts";
import { putThing } from "../../../provider/store/things.ts";

const minute = 60_000;
const start = Date.UTC(2026, 0, 1);
const vault = "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v";
const fabric = `${vault}/replicationFabrics/f`;
const policyId = `${vault}/replicationPolicies/p`;
const itemId = `${fabric}/replicationProtectionContainers/c/replicationProtectedItems/web1`;
let folder: string;
let clock: VirtualClock;
let parts: EngineParts;

function open(): Engine {
  parts = openParts({ home: path.join(folder, "home"), clock });
  return new Engine(parts);
}

function declareItem(): void {
  const policy = { instanceType: "HyperVReplicaAzure", replicationInterval: 300 };
  const inventoryFolder = path.join(folder, "host");
  const host = `${fabric}/replicationRecoveryServicesProviders/h`;
  putThing(parts.store, policyId, "policy", { properties: { providerSpecificInput: policy } }, start);
  putThing(parts.store, host, "services-provider", { inventoryFolder }, start);
  putThing(
    parts.store,
    itemId,
    "protected-item",
    { resourceGroupName: "dr", properties: { policyId } },
    start,
  );
  const details = {
    flow: "S3",
    replicaId: "r",
    machineName: "web1",
    definition: { name: "web1" } as ItemDetails["definition"],
    disks: [],
    replicaStoreId: "a",
    initialReplicationPercent: 100,
  } as const;
  const place = { activeLocation: "primary", testFailoverState: "None" } as const;
  change({ id: itemId, state: "Protected", ...place, details } as ProtectedItem);
}

/** Writes an item under its lease. */
function change(item: ProtectedItem): void {
  const lease = takeLease(parts.store, item.id, "test", parts.clock);
  putItem(parts.store, item);
  lease.release();
}

let cyclesAtWork = 0;

/** Time stands still while a cycle is at work: what is measured is the schedule. */
class ScheduleClock extends VirtualClock {
  override async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    while (cyclesAtWork > 0) await new Promise((resolve) => setImmediate(resolve));
    await super.sleep(milliseconds, signal);
  }
}

/** Follows with the engine's real cycle until it has run so often; the minutes at which cycles began. */
async function followReal(engine: Engine, count: number): Promise<number[]> {
  const stop = new AbortController();
  const times: number[] = [];
  const run = async (item: ProtectedItem): Promise<void> => {
    if (times.push((clock.now() - start) / minute) === count) stop.abort();
    cyclesAtWork += 1;
    await expect(engine.replicate(item.id, { report: () => undefined })).rejects.toThrow();
    cyclesAtWork -= 1;
  };
  await engine.follow(run, { signal: stop.signal });
  return times;
}

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-follow-"));
  clock = new ScheduleClock(start);
});

afterEach(() => {
  parts.store.close();
  fs.rmSync(folder, { recursive: true });
});

describe("follow", () => {
  it("[HW-4a] begins a cycle an interval after the last one's snapshot", async () => {
    const engine = open();
    declareItem();
    const stop = new AbortController();
    const times: number[] = [];
    const run = async (item: ProtectedItem): Promise<void> => {
      const takenAt = clock.now();
      if (times.push((takenAt - start) / minute) === 4) stop.abort();
      clock.advance(2 * minute);
      const counts = { bytesChanged: 0, bytesSent: 0, blocksSent: 0, durationMilliseconds: 2 * minute };
      const lastCycle = { pointId: String(takenAt), takenAt, ...counts };
      change({ ...item, details: { ...item.details, lastCycle } });
    };
    await engine.follow(run, { signal: stop.signal });
    expect(times).toEqual([0, 5, 10, 15]);
  });

  it("[HW-4f] retries after 1, 2, 4, 8 and 10 minutes, then every 30, also over a restart", async () => {
    const engine = open();
    declareItem();
    expect(await followReal(engine, 4)).toEqual([0, 1, 3, 7]);
    const kept = engine.findItem(itemId)?.details.replicationError;
    expect(kept).toMatchObject({ code: "SourceUnreachable", attempt: 4, retryAt: start + 15 * minute });
    engine.close();
    clock.advance(3 * minute);
    expect(await followReal(open(), 5)).toEqual([15, 25, 55, 85, 115]);
  });

  it("[HW-4e] retries an error of the user's only when something has changed", async () => {
    const engine = open();
    declareItem();
    const host = path.join(folder, "host");
    fs.mkdirSync(host);
    expect(await followReal(engine, 1)).toEqual([0]);
    const kept = engine.findItem(itemId)?.details.replicationError;
    expect(kept).toMatchObject({ code: "PrerequisitesNotMet", attempt: 1 });
    expect(kept?.retryAt).toBeUndefined();
    const stop = new AbortController();
    const times: number[] = [];
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (milliseconds, signal) => {
      await sleep(milliseconds, signal);
      if (clock.now() === start + 90 * minute) fs.rmSync(host, { recursive: true });
    };
    const run = async (item: ProtectedItem): Promise<void> => {
      times.push((clock.now() - start) / minute);
      stop.abort();
      await expect(engine.replicate(item.id, { report: () => undefined })).rejects.toThrow("does not answer");
    };
    await engine.follow(run, { signal: stop.signal });
    expect(times).toEqual([90]);
  });
});
