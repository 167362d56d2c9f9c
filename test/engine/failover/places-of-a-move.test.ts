/** Where a move writes: whether it can, and whether there is room, is known before anything is shut down. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { blockSizeBytes as block } from "../../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { openEngine } from "../../../provider/engine/engine.ts";
import type { Move } from "../../../provider/engine/failover/moves.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";
import { expectRefused, worldOf } from "./expect-refused.ts";

let site: FlowSite;
afterEach(() => site.remove());

const planned: Move = { action: "failover", kind: "planned", recoveryPoint: "latest" };
const unplanned: Move = { action: "failover", kind: "unplanned", recoveryPoint: "latest" };
const commit: Move = { action: "commit" };
const failback: Move = { action: "failback" };
const reverse: Move = { action: "reverseReplicate" };
const cancel: Move = { action: "cancel" };

describe("what forbids a move", () => {
  it("is the want of room: it is said, and nothing is shut down", async () => {
    let free = Number.MAX_SAFE_INTEGER;
    const files = { ...localFileSystem, freeBytes: (): number => free };
    site = await FlowSite.make({ flow: "S3", open: (home) => openEngine({ home, files }) });
    await site.protect();
    const foreseen = await site.engine.moves.foresee(site.itemId(), unplanned);
    expect(foreseen.refusals).toEqual([]);
    expect(foreseen.steps.map(({ action }) => action)).toEqual(["shutDown", "make", "start"]);
    expect(await foreseen.rooms[0]!.bytes(0)).toBe(512 * 1024);
    free = 512 * 1024 - 1;
    const before = worldOf(site);
    const refused = site.engine.moves.run(site.itemId(), planned, quiet);
    await expect(refused).rejects.toThrow(/There is no room in .*: they take 512 KiB/);
    expect(worldOf(site)).toEqual(before);
    free = 512 * 1024;
    await site.engine.moves.run(site.itemId(), planned, quiet);
  });

  it("is a place that cannot be written, at either side: it is said, and nothing is shut down", async () => {
    let readOnly = "";
    const files = {
      ...localFileSystem,
      isWritable: (folder: string): boolean => readOnly === "" || !folder.startsWith(readOnly),
    };
    site = await FlowSite.make({ flow: "S3", open: (home) => openEngine({ home, files }) });
    await site.protect();
    const primary = path.dirname(site.image());
    const recovery = path.join(site.folder, "home", "azure");
    for (const [move, folder] of [
      [planned, primary],
      [planned, recovery],
      [unplanned, recovery],
    ] as const) {
      readOnly = folder;
      await expectRefused(site, move, /The folder .* cannot be written/);
    }
    readOnly = primary;
    const foreseen = await site.engine.moves.foresee(site.itemId(), unplanned);
    expect(foreseen.refusals).toEqual([]);
    expect(foreseen.warnings.join()).toMatch(
      /is not shut down and may still run: The folder .* cannot be written/,
    );
    readOnly = "";
    await site.engine.moves.run(site.itemId(), planned, quiet);
    await site.engine.moves.commit(site.itemId(), quiet);
    for (const folder of [primary, recovery]) {
      readOnly = folder;
      await expectRefused(site, failback, /The folder .* cannot be written/);
    }
    readOnly = "";
    await site.engine.moves.run(site.itemId(), failback, quiet);
  });

  it("is such a place for what undoes a failover, and for an unplanned way back", async () => {
    let readOnly = "";
    const files = {
      ...localFileSystem,
      isWritable: (folder: string): boolean => readOnly === "" || !folder.startsWith(readOnly),
    };
    site = await FlowSite.make({ flow: "S6", open: (home) => openEngine({ home, files }) });
    await site.protect();
    const run = (move: Move): Promise<unknown> => site.engine.moves.run(site.itemId(), move, quiet);
    const primary = path.dirname(site.image());
    const forbidden = async (moves: readonly (readonly [Move, string])[]): Promise<void> => {
      for (const [move, folder] of moves) {
        readOnly = folder;
        await expectRefused(site, move, /The folder .* cannot be written/);
      }
      readOnly = "";
    };
    await run(unplanned);
    const recovery = path.dirname(site.replica());
    const latest: Move = { action: "changePoint", recoveryPoint: "latest" };
    await forbidden([
      [cancel, primary],
      [cancel, recovery],
      [latest, recovery],
    ]);
    await run(latest);
    await run(commit);
    await run(reverse);
    await forbidden([
      [unplanned, primary],
      [unplanned, recovery],
      [planned, primary],
    ]);
    await run(unplanned);
    await forbidden([
      [cancel, primary],
      [cancel, recovery],
    ]);
    await run(commit);
    await forbidden([[reverse, recovery]]);
    await run(reverse);
  });

  it.each(["out", "back"] as const)("is the want of room for what was not sent yet: %s", async (way) => {
    let free = Number.MAX_SAFE_INTEGER;
    const files = { ...localFileSystem, freeBytes: (): number => free };
    const content = randomBytes(2 * block);
    site = await FlowSite.make({ flow: "S6", content, open: (home) => openEngine({ home, files }) });
    fs.truncateSync(site.image(), 32 * block);
    await site.protect();
    const run = (move: Move): Promise<unknown> => site.engine.moves.run(site.itemId(), move, quiet);
    if (way === "back") {
      await run(planned);
      await run(commit);
    }
    const write = async (first: number, count: number): Promise<void> => {
      const disk = await openTrackedDisk(way === "out" ? site.image() : site.replica());
      await disk.write(randomBytes(count * block), first * block);
      await disk.flush();
      await disk.close();
    };
    // What is written over takes no more room.
    const before = way === "out" ? 2 : 0;
    await write(0, 2);
    free = before * block;
    expect((await site.engine.moves.foresee(site.itemId(), planned)).refusals).toEqual([]);
    await write(20, 6);
    free = (before + 6) * block - 1;
    await expectRefused(site, planned, /There is no room in .*: they take/);
    free = (before + 6) * block;
    await run(planned);
    expect(site.hash(site.image())).toBe(site.hash(site.replica()));
  });

  it("is the want of room at the primary side: the machine runs on at the recovery side", async () => {
    let free = Number.MAX_SAFE_INTEGER;
    const files = { ...localFileSystem, freeBytes: (): number => free };
    const content = randomBytes(2 * block);
    site = await FlowSite.make({ flow: "S3", content, open: (home) => openEngine({ home, files }) });
    fs.truncateSync(site.image(), 32 * block);
    await site.protect();
    await site.engine.moves.run(site.itemId(), planned, quiet);
    await site.engine.moves.commit(site.itemId(), quiet);
    free = 0;
    // What is there already takes no more room.
    expect((await site.engine.moves.foresee(site.itemId(), failback)).refusals).toEqual([]);
    const disk = await openTrackedDisk(site.replica());
    await disk.write(randomBytes(6 * block), 20 * block);
    await disk.close();
    free = 6 * block - 1;
    const refused = site.engine.moves.run(site.itemId(), failback, quiet);
    await expect(refused).rejects.toThrow(
      /There is no room in .*: they take 384 KiB.*runs at the recovery side as before\.$/,
    );
    expect([site.power(site.image()), site.power(site.replica())]).toEqual(["off", "running"]);
    const [job] = site.engine.jobs({ targetId: site.itemId(), limit: 1 });
    expect(job!.tasks.find(({ name }) => name === "ShutDownReplica")?.state).toBe("NotStarted");
    free = 6 * block;
    await site.engine.moves.run(site.itemId(), failback, quiet);
    expect(site.hash(site.image())).toBe(site.hash(site.replica()));
  });
});
