import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { openStore } from "../../provider/store/open-store.ts";

/** The folders that are synced while the work is done. */
function syncedBy(work: () => void): Set<string> {
  const synced = new Set<string>();
  const sync = vi.spyOn(fs, "fsyncSync").mockImplementation((descriptor) => {
    synced.add(fs.readlinkSync(`/proc/self/fd/${descriptor}`));
  });
  work();
  sync.mockRestore();
  return synced;
}

it.skipIf(process.platform !== "linux")(
  "makes the names of a new database, its home and the folders above durable, also where a killed process has begun",
  () => {
    const place = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-names-")));
    onTestFinished(() => fs.rmSync(place, { recursive: true }));
    const home = path.join(place, "a", "home");
    const file = path.join(home, "engine.db");
    const make = (): void => {
      const store = openStore(file);
      store.transaction(() => undefined);
      store.close();
    };
    for (const begin of [
      () => undefined,
      () => fs.mkdirSync(home, { recursive: true }),
      () => {
        fs.mkdirSync(home, { recursive: true });
        fs.closeSync(fs.openSync(file, "a", 0o600));
      },
    ]) {
      fs.rmSync(path.join(place, "a"), { recursive: true, force: true });
      begin();
      const synced = syncedBy(make);
      expect([...synced]).toEqual(expect.arrayContaining([home, path.join(place, "a"), place]));
    }
    // Later there is nothing to make durable but what is written.
    expect(syncedBy(make).size).toBe(0);
  },
);
