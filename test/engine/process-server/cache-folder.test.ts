import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { spawn } from "node:child_process";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { systemClock } from "../../../provider/clock.ts";
import { CacheFolder } from "../../../provider/engine/process-server/cache-folder.ts";
import { processIdentity } from "../../../provider/process-identity.ts";

const never = new AbortController().signal;
let folder: string;
let limit = 100;
let cache: CacheFolder;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-cache-"));
  limit = 100;
  cache = new CacheFolder({
    files: localFileSystem,
    clock: systemClock,
    folder,
    limitBytes: () => limit,
  });
  cache.prepare();
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Lets everything that can go on go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("[C-2] the cache of a process server", () => {
  it("lets work in while there is room, in order, and keeps the rest waiting", async () => {
    const entered: number[] = [];
    const enter = (bytes: number): ReturnType<CacheFolder["enter"]> =>
      cache.enter(bytes, never).then((place) => {
        entered.push(bytes);
        return place;
      });
    const first = await enter(60);
    const [second, third] = [enter(50), enter(10)];
    await settle();
    expect(entered).toEqual([60]);
    first.shrinkTo(55);
    await settle();
    expect(entered).toEqual([60]);
    first.shrinkTo(40);
    (await second).leave();
    (await third).leave();
    first.leave();
    expect(entered).toEqual([60, 50, 10]);
    expect(cache.takenBytes).toBe(0);
  });

  it("refuses what can never fit, and follows a change of its limit", async () => {
    await expect(cache.enter(101, never)).rejects.toMatchObject({ property: "cacheLimitMebibytes" });
    limit = 101;
    (await cache.enter(101, never)).leave();
    expect(cache.takenBytes).toBe(0);
  });

  it("lets go of who gives up while waiting, and the next one in", async () => {
    const first = await cache.enter(100, never);
    const abort = new AbortController();
    const second = cache.enter(100, abort.signal);
    const third = cache.enter(100, never);
    await settle();
    abort.abort(new Error("given up"));
    await expect(second).rejects.toThrow("given up");
    first.leave();
    (await third).leave();
    expect(cache.takenBytes).toBe(0);
  });

  it("counts what living processes have in it, and sweeps what dead ones left", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const [host] = processIdentity().split(":");
    const stat = fs.readFileSync(`/proc/${child.pid}/stat`, "latin1");
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    const folderOf = (identity: string): string => path.join(folder, encodeURIComponent(identity));
    const living = folderOf(`${host}:${child.pid}:${ticks}`);
    const dead = folderOf(`${host}:${child.pid}:1`);
    // Of another host, which cannot be tested for life: one was at work a moment ago, the other was not for an hour.
    const elsewhere = folderOf("another-host:1:1");
    const longGone = folderOf("another-host:2:1");
    for (const each of [living, dead, elsewhere, longGone]) {
      fs.mkdirSync(each);
      fs.writeFileSync(path.join(each, "a.segment"), Buffer.alloc(20));
    }
    const anHourAgo = Date.now() / 1000 - 3600;
    fs.utimesSync(longGone, anHourAgo, anHourAgo);
    cache.prepare();
    expect(fs.readdirSync(folder).sort()).toEqual(
      [living, elsewhere, folderOf(processIdentity())].map((each) => path.basename(each)).sort(),
    );
    let entered = false;
    const waiting = cache.enter(80, never).then((place) => {
      entered = true;
      return place;
    });
    await settle();
    expect(entered).toBe(false);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.on("exit", resolve));
    (await waiting).leave();
    cache.prepare();
    expect(fs.existsSync(living)).toBe(false);
  });

  it("keeps a folder that its process on another host renews, however old what is in it", () => {
    const text = `another-host:7:1:0:${"ab".repeat(8)}`;
    const content = JSON.stringify(text).padEnd(248);
    const [renewed, left] = ["another-host:7:1", "another-host:8:1"].map((identity) => {
      const own = path.join(folder, encodeURIComponent(identity));
      fs.mkdirSync(own);
      fs.writeFileSync(path.join(own, "alive.lock"), content + crc32(content).toString(16).padStart(8, "0"));
      fs.utimesSync(own, 1, 1);
      return own;
    }) as [string, string];
    fs.utimesSync(path.join(left, "alive.lock"), 1, 1);
    cache.prepare();
    expect(fs.existsSync(renewed)).toBe(true);
    expect(fs.existsSync(left)).toBe(false);
  });
});
