import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { VirtualClock } from "../../../provider/clock.ts";
import { ledgerOf, settledLater } from "../../../provider/engine/replication/replica-ledger.ts";
import { underLease } from "../../../provider/engine/lease/under-lease.ts";
import { breakLease } from "../../../provider/store/leases.ts";
import { openStore, type Store } from "../../../provider/store/open-store.ts";

const [one, two, three] = [1, 2, 3].map((sequence) => ({ id: `point ${sequence}`, sequence })) as [
  { id: string; sequence: number },
  { id: string; sequence: number },
  { id: string; sequence: number },
];

let folder: string;
let store: Store;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-ledger-"));
  store = openStore(path.join(folder, "engine.db"));
});
afterEach(() => {
  store.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

it("knows the newest point whichever note of it and of the one before was cut short", () => {
  ledgerOf(store, "r").writing(one);
  ledgerOf(store, "r").written(one);
  // The process ends before it notes that its point is there; so does the next one, before its point is there.
  ledgerOf(store, "r").writing(two, one);
  ledgerOf(store, "r").writing(three, two);
  expect(ledgerOf(store, "r").entry()).toEqual({ written: two, writing: three });
});

it("keeps what is known to be written when another point is the newest one at the target", () => {
  ledgerOf(store, "r").writing(one);
  ledgerOf(store, "r").written(one);
  ledgerOf(store, "r").writing(two, one);
  ledgerOf(store, "r").writing(three, one);
  expect(ledgerOf(store, "r").entry()).toEqual({ written: one, writing: three });
});

it("counts a point as being written until it is settled, in the transaction that settles it", () => {
  const ledger = settledLater(ledgerOf(store, "r"));
  ledger.writing(one);
  ledger.written(one);
  expect(ledgerOf(store, "r").entry()).toEqual({ written: undefined, writing: one });
  const fails = (): void => {
    ledger.settle();
    throw new Error("it is undone");
  };
  expect(() => store.transaction(fails)).toThrow("it is undone");
  expect(ledgerOf(store, "r").entry()).toEqual({ written: undefined, writing: one });
});

it.each(["writing", "written"] as const)("notes no point as %s once another process has taken over", (note) =>
  underLease({ store, clock: new VirtualClock() }, "/item", "replication", () => {
    const ledger = ledgerOf(store, "r");
    ledger[note](one);
    breakLease(store, "/item");
    expect(() => ledger[note](two)).toThrow(expect.objectContaining({ code: "LeaseLost" }));
    expect(ledgerOf(store, "r").entry()?.[note]).toEqual(one);
    return Promise.resolve();
  }),
);
