import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { idKey } from "../../../provider/arm-id.ts";
import type { EngineParts } from "../../../provider/engine/engine-parts.ts";
import { openParts } from "../../../provider/engine/open-parts.ts";
import type { ItemDetails, ProtectedItem } from "../../../provider/model/item.ts";
import { dueAt } from "../../../provider/engine/replication-cycle/due-at.ts";
import { dueItems } from "../../../provider/engine/replication-cycle/due-items.ts";
import { replicatingGroupOf } from "../../../provider/engine/protected-item/replication-group.ts";
import { situationOf } from "../../../provider/engine/replication-cycle/situation-of.ts";
import type { KindName } from "../../../provider/kinds/kind.ts";
import { lookAgainMilliseconds } from "../../../provider/engine/replication-cycle/run-schedule.ts";
import { itemsWithoutDueTime } from "../../../provider/store/due-times.ts";
import { takeLease } from "../../../provider/store/leases.ts";
import { findItem, putItem } from "../../../provider/store/protected-items.ts";
import { deleteThing, putThing } from "../../../provider/store/things.ts";
import { weekdays } from "../../../provider/weekly-hours.ts";
import { countStatements } from "../../store/counted-statements.ts";
import { TurningClock } from "../../turning-clock.ts";

const minute = 60_000;
const vault = "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/v";
const container = `${vault}/replicationFabrics/f/replicationProtectionContainers/c`;
const policyId = `${vault}/replicationPolicies/p`;
const clusterId = `${container}/replicationProtectionClusters/shared`;
const itemId = (number: number): string => `${container}/replicationProtectedItems/Web${number}`;
const itemsMax = 6;

let folder: string;
let clock: TurningClock;
/** Two processes with one store. */
let both: readonly [EngineParts, EngineParts];

function begin(): void {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-due-"));
  clock = new TurningClock(Date.UTC(2026, 0, 7, 12));
  const open = (): EngineParts => openParts({ home: path.join(folder, "home"), clock });
  both = [open(), open()];
}
function end(): void {
  for (const { store } of both) store.close();
  fs.rmSync(folder, { recursive: true, force: true });
}

function putPolicy(parts: EngineParts, interval: number): void {
  const settings = { instanceType: "HyperVReplicaAzure", replicationInterval: interval };
  putThing(parts.store, policyId, "policy", { properties: { providerSpecificInput: settings } }, clock.now());
}

function put(parts: EngineParts, number: number, facts: Partial<ItemDetails>, state = "Protected"): void {
  const id = itemId(number);
  const details = {
    ...{ flow: "S3", replicaId: "r", machineName: `web${number}`, definition: { name: `web${number}` } },
    ...{ disks: [], replicaStoreId: "a", initialReplicationPercent: 100 },
    ...facts,
  };
  const place = { activeLocation: "primary", testFailoverState: "None" } as const;
  const lease = takeLease(parts.store, id, "test", clock);
  try {
    if (!findItem(parts.store, id))
      putThing(parts.store, id, "protected-item", { properties: { policyId } }, clock.now());
    putItem(parts.store, { id, state, ...place, details } as unknown as ProtectedItem);
  } finally {
    lease.release();
  }
}

function remove(parts: EngineParts, number: number): void {
  const lease = takeLease(parts.store, itemId(number), "test", clock);
  deleteThing(parts.store, itemId(number));
  lease.release();
}

type Look = { readonly id: string; readonly at: number };

/** Every item looked at, as if no time had been kept. */
async function lookAtAll(parts: EngineParts, isFollowed: (id: string) => boolean): Promise<Look[]> {
  const all = Array.from({ length: itemsMax }, (_, number) => findItem(parts.store, itemId(number)))
    .filter((item) => item !== undefined)
    .filter(({ id }) => isFollowed(id));
  const looks: Look[] = [];
  for (const item of all) {
    const group = replicatingGroupOf(parts, item);
    const first = group.find((other) => all.some(({ id }) => id === other.id));
    const isAlone = first === undefined || !group.some(({ id }) => id === item.id);
    const at = isAlone || first.id === item.id ? await dueAt(parts, item) : undefined;
    if (at !== undefined) looks.push({ id: item.id, at });
  }
  return looks;
}

async function expectAllDue(parts: EngineParts, isFollowed: (id: string) => boolean): Promise<void> {
  const now = clock.now();
  const plain = await lookAtAll(parts, isFollowed);
  const due = plain.filter(({ at }) => at <= now).map(({ id }) => id);
  const some = (await dueItems(parts, isFollowed, 2)).filter(
    (item) => item.dueAt !== undefined && item.dueAt <= now,
  );
  expect(some.length).toBeGreaterThanOrEqual(Math.min(2, due.length));
  expect(due).toEqual(expect.arrayContaining(some.map(({ id }) => id)));
  const found = (await dueItems(parts, isFollowed, Infinity)).filter((item) => item.dueAt !== undefined);
  expect(found.filter((item) => item.dueAt! <= now).map(({ id }) => id)).toHaveLength(due.length);
  expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(due));
  const next = Math.min(...plain.map(({ at }) => at).filter((at) => at > now));
  expect(Math.min(...found.map((item) => item.dueAt!).filter((at) => at > now))).toBeLessThanOrEqual(next);
}

const number = fc.integer({ min: 0, max: itemsMax - 1 });
/** Minutes from now. */
const near = fc.integer({ min: -12, max: 12 });
const change = fc.oneof(
  fc.record({
    kind: fc.constant("item" as const),
    number,
    state: fc.constantFrom("Protected", "Protected", "EnablingReplication", "PlannedFailoverCommitPending"),
    lastCycle: fc.option(near),
    failure: fc.option(fc.record({ at: near, retryAt: fc.option(near), isSame: fc.boolean() })),
    isPaused: fc.boolean(),
    isDoubtful: fc.boolean(),
    groupName: fc.constantFrom("", "", "shop", "Shop"),
  }),
  fc.record({ kind: fc.constant("removal" as const), number }),
  fc.record({ kind: fc.constant("policy" as const), interval: fc.constantFrom(30, 300, 900) }),
  fc.record({ kind: fc.constant("cluster" as const), numbers: fc.uniqueArray(number) }),
  fc.record({ kind: fc.constant("passing" as const), minutes: fc.integer({ min: 0, max: 12 }) }),
  fc.record({ kind: fc.constant("jump" as const), minutes: fc.integer({ min: -2000, max: 2000 }) }),
);
type Change = typeof change extends fc.Arbitrary<infer Kind> ? Kind : never;

async function make(parts: EngineParts, made: Change): Promise<void> {
  const now = clock.now();
  if (made.kind === "jump") clock.jump(made.minutes * minute);
  if (made.kind === "passing") clock.advance(made.minutes * minute);
  if (made.kind === "policy") putPolicy(parts, made.interval);
  if (made.kind === "removal" && findItem(parts.store, itemId(made.number))) remove(parts, made.number);
  if (made.kind === "cluster") {
    const properties = { clusterProtectedItemIds: made.numbers.map(itemId) };
    putThing(parts.store, clusterId, "protection-cluster", { properties }, now);
  }
  if (made.kind !== "item") return;
  const facts: Record<string, unknown> = {
    ...(made.lastCycle === null ? {} : { lastCycle: { takenAt: now + made.lastCycle * minute } }),
    ...(made.isPaused ? { pausedAt: now } : {}),
    ...(made.isDoubtful ? { replicaDoubt: "it is not what was written" } : {}),
    ...(made.groupName === "" ? {} : { groupName: made.groupName }),
  };
  put(parts, made.number, facts, made.state);
  if (!made.failure) return;
  const { at, retryAt, isSame } = made.failure;
  const replicationError = {
    ...{ code: "IoFailed", message: "it failed", at: now + at * minute },
    ...(retryAt === null ? {} : { retryAt: now + retryAt * minute }),
    ...(isSame ? { situation: await situationOf(parts, itemId(made.number)) } : {}),
  };
  put(parts, made.number, { ...facts, replicationError }, made.state);
}

beforeEach(begin);
afterEach(end);

it(
  "no due item is missed, whatever two processes change and however the clock is set",
  { timeout: 120_000 },
  async () => {
    end();
    const steps = fc.array(
      fc.record({ made: change, by: fc.constantFrom(0, 1), looks: fc.constantFrom(0, 1) }),
      {
        minLength: 4,
        maxLength: 25,
      },
    );
    await fc.assert(
      fc
        .asyncProperty(steps, fc.constantFrom(itemsMax, 3), async (all, followed) => {
          putPolicy(both[0], 300);
          const wanted = new Set(Array.from({ length: followed }, (_, index) => idKey(itemId(index))));
          for (const { made, by, looks } of all) {
            await make(both[by as 0 | 1], made);
            await expectAllDue(both[looks as 0 | 1], (id) => wanted.has(idKey(id)));
          }
        })
        .beforeEach(() => Promise.resolve(begin()))
        .afterEach(() => Promise.resolve(end())),
      { numRuns: 60 },
    );
    begin();
  },
);

it("a machine that the store has not changed is not computed a second time", async () => {
  const [here, there] = both;
  putPolicy(here, 300);
  for (const one of [0, 1, 2]) put(here, one, { lastCycle: { takenAt: clock.now() } as never });
  expect(itemsWithoutDueTime(here.store, clock.now())).toHaveLength(3);
  expect(await dueItems(here, () => true, 4)).toEqual([{ id: itemId(0), dueAt: clock.now() + 5 * minute }]);
  expect(itemsWithoutDueTime(here.store, clock.now())).toEqual([]);
  put(there, 1, {});
  expect(itemsWithoutDueTime(here.store, clock.now())).toEqual([itemId(1)]);
  clock.jump(-minute);
  expect(itemsWithoutDueTime(here.store, clock.now())).toHaveLength(3);
});

it("a machine that waits with a paused one of its group is due once that one is resumed", async () => {
  const [here, there] = both;
  putPolicy(here, 300);
  const shop = { groupName: "shop" };
  put(here, 0, shop);
  put(here, 1, { ...shop, pausedAt: clock.now() });
  expect(await dueItems(here, () => true, 4)).toEqual([]);
  put(there, 1, shop);
  expect(await dueItems(here, () => true, 4)).toEqual([{ id: itemId(0), dueAt: clock.now() }]);
});

/** Which machines are computed again after a change of the store. */
async function computedAfter(change: () => void): Promise<number[]> {
  const [here, there] = both;
  await dueItems(there, () => true, Infinity);
  change();
  const ids = itemsWithoutDueTime(here.store, clock.now());
  const numbers = Array.from({ length: itemsMax }, (_, index) => index);
  return numbers.filter((one) => ids.includes(itemId(one)));
}

it("what is computed again after a change is what the change concerns", async () => {
  const [here] = both;
  putPolicy(here, 300);
  for (let one = 0; one < itemsMax; one += 1)
    put(here, one, { lastCycle: { takenAt: clock.now() } as never });
  const set = (id: string, kind: KindName, properties: object) => (): void =>
    putThing(here.store, id, kind, { properties }, clock.now());
  const otherPolicy = `${vault}/replicationPolicies/Q`;
  for (const one of [0, 1]) {
    expect(await computedAfter(set(itemId(one), "protected-item", { policyId: otherPolicy }))).toEqual([one]);
  }
  expect(await computedAfter(set(`${vault}/replicationFabrics/f`, "fabric", {}))).toEqual([]);
  expect(await computedAfter(set(`${vault}/replicationFabrics/f/paths/p`, "network-path", {}))).toEqual([]);
  const settings = { providerSpecificInput: { instanceType: "HyperVReplicaAzure", replicationInterval: 30 } };
  expect(await computedAfter(set(otherPolicy, "policy", settings))).toEqual([0, 1]);
  expect(await computedAfter(set(otherPolicy, "policy", settings))).toEqual([]);
  expect(await computedAfter(() => deleteThing(here.store, otherPolicy))).toEqual([0, 1]);
  const cluster = (ids: readonly string[]): (() => void) =>
    set(clusterId, "protection-cluster", { clusterProtectedItemIds: ids });
  expect(await computedAfter(cluster([2, 3].map(itemId)))).toEqual([2, 3]);
  expect(await computedAfter(cluster([3, 4].map(itemId)))).toEqual([2, 3, 4]);
  // Letters whose case SQLite does not know: nothing is missed for them.
  expect(await computedAfter(cluster([`${container}/replicationProtectedItems/WÖB`]))).toEqual([
    0, 1, 2, 3, 4, 5,
  ]);
  expect(await computedAfter(() => deleteThing(here.store, clusterId))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await computedAfter(() => put(here, 5, {}))).toEqual([5]);
});

it("a turn in which nothing has changed costs the same for ten machines that wait and for a hundred", async () => {
  const [here] = both;
  putPolicy(here, 300);
  const hours = { days: [...weekdays], from: "00:00", to: "23:59", timeZone: "UTC" };
  const properties = { providerSpecificInput: { instanceType: "HyperVReplicaAzure" } };
  putThing(here.store, policyId, "policy", { properties, officeHours: hours }, clock.now());
  const turn = (): Promise<unknown> => Promise.resolve(dueItems(here, () => true, 4));
  const reads: number[] = [];
  for (const [from, to] of [
    [0, 10],
    [10, 100],
  ] as const) {
    // Each is due and waits for the end of office hours, or for what has made its replication fail.
    for (let one = from; one < to; one += 1) put(here, one, { replicaDoubt: "it is an older copy" });
    await turn();
    reads.push((await countStatements(turn)).reads.length);
  }
  expect(reads[0]).toBeLessThan(10);
  expect(reads[1]).toBe(reads[0]);
  // Looked at again after a while, since a machine changes without the store; at once when the item changes.
  const next = (await dueItems(here, () => true, 4)).map(({ dueAt }) => dueAt);
  expect(next).toEqual([clock.now() + lookAgainMilliseconds]);
  put(here, 7, {});
  expect((await dueItems(here, () => true, 4)).map(({ id }) => id)).toContain(itemId(7));
});
