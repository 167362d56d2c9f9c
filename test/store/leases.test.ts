import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { currentLease, takeLease } from "../../provider/store/leases.ts";
import { openStore, type Store } from "../../provider/store/open-store.ts";

const item = "/subscriptions/s/resourceGroups/g/providers/p/Item";
let folder: string;
let store: Store;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-leases-"));
  store = openStore(path.join(folder, "siterecovery.db"));
});

afterEach(() => {
  store.close();
  fs.rmSync(folder, { recursive: true });
});

describe("leases", () => {
  it("lets one caller at a time work on a thing, whatever the letter case of its id", () => {
    const release = takeLease(store, item, "replication", 1);
    expect(() => takeLease(store, item.toUpperCase(), "failover", 2)).toThrow(/replication is under way/);
    expect(currentLease(store, item)).toBe("replication");
    release();
    expect(currentLease(store, item)).toBeUndefined();
    takeLease(store, item, "failover", 3)();
  });

  it("takes a lease over from a process that is gone", () => {
    const script = `
      const { openStore } = await import(${JSON.stringify(path.resolve("provider/store/open-store.ts"))});
      const { takeLease } = await import(${JSON.stringify(path.resolve("provider/store/leases.ts"))});
      takeLease(openStore(${JSON.stringify(path.join(folder, "siterecovery.db"))}), ${JSON.stringify(item)}, "initial copy", 1);
      process.kill(process.pid, "SIGKILL");`;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", script]);
    expect(child.signal).toBe("SIGKILL");
    const row = store.database.prepare("SELECT purpose FROM leases").get();
    expect(row?.["purpose"]).toBe("initial copy");
    expect(currentLease(store, item)).toBeUndefined();
    takeLease(store, item, "resumed", 2)();
  });
});
