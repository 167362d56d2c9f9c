import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../provider/clock.ts";
import {
  breakLease,
  confirmLease,
  currentLease,
  giveLeaseBack,
  takeLease,
} from "../../provider/store/leases.ts";
import { openStore, type Store } from "../../provider/store/open-store.ts";
import { findItem, putItem } from "../../provider/store/protected-items.ts";
import { putThing } from "../../provider/store/things.ts";
import { someItem, someItemChanged } from "./some-item.ts";

const item = "/subscriptions/s/resourceGroups/g/providers/p/Item";
const clock = new VirtualClock();
let folder: string;
let store: Store;
const write = (): void => putItem(store, someItemChanged(item));

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-leases-"));
  store = openStore(path.join(folder, "siterecovery.db"));
  putThing(store, item, "protected-item", {}, 0);
  const lease = takeLease(store, item, "set-up", clock);
  putItem(store, someItem(item));
  lease.release();
});
afterEach(() => {
  store.close();
  fs.rmSync(folder, { recursive: true });
});

describe("writes under a lease", () => {
  it("are asked for once in a transaction, and refused in the next", () => {
    const lease = takeLease(store, item, "failover", clock);
    store.transaction(() => confirmLease(store, item, clock));
    breakLease(store, item);
    expect(() => store.together(write)).toThrow(expect.objectContaining({ code: "LeaseLost" }));
    lease.release();
  });

  it("are a bug once the lease was given back", () => {
    const lease = takeLease(store, item, "replication", clock);
    store.transaction(() => giveLeaseBack(store, item));
    expect(write).toThrow(expect.objectContaining({ code: "Bug" }));
    // Another one may begin before the work has ended.
    const next = takeLease(store, item, "failover", clock);
    lease.release();
    expect(currentLease(store, item, clock)).toBe("failover");
    next.release();
  });

  it("that are undone leave the lease and the item as they were", () => {
    const lease = takeLease(store, item, "replication", clock);
    expect(findItem(store, item)).toEqual(someItem(item));
    const fails = (): void => {
      putItem(store, someItemChanged(item));
      expect(findItem(store, item)).toEqual(someItemChanged(item));
      giveLeaseBack(store, item);
      throw new Error("it is undone");
    };
    expect(() => store.transaction(fails)).toThrow("it is undone");
    expect(findItem(store, item)).toEqual(someItem(item));
    expect(currentLease(store, item, clock)).toBe("replication");
    lease.release();
    expect(currentLease(store, item, clock)).toBeUndefined();
  });

  it("of another process cannot be given back, and the item is shown as that process left it", () => {
    const lease = takeLease(store, item, "replication", clock);
    findItem(store, item);
    breakLease(store, item);
    store.prepare("UPDATE protected_items SET state = 'Other'").run();
    expect(() => store.transaction(() => giveLeaseBack(store, item))).toThrow(/taken over/);
    expect(findItem(store, item)?.state).toBe("Other");
    lease.release();
  });
});
