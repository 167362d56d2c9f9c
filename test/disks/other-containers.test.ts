/**
 * Processes that see the same disks and are apart otherwise, as containers with a common folder are: of network
 * namespaces of their own, and of pid namespaces, where no pid of one means anything to the other.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { readChangeState } from "../../provider/disks/read-change-state.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { startChildBy } from "./child-process.ts";
import { companionsOf, replicatedImage } from "./disk-image.ts";

/** Another network namespace; `unshare` becomes the command, so signals reach it. */
const otherNetwork = ["unshare", "--map-root-user", "--net"];
/** Another network and pid namespace, whose processes end with `unshare`. */
const otherContainer = [...otherNetwork, "--pid", "--fork", "--kill-child", "--mount-proc"];

const works = (command: readonly string[]): boolean =>
  spawnSync(command[0]!, [...command.slice(1), "true"]).status === 0;
/** Why these tests cannot run here, or `undefined`. */
const obstacle = works(otherContainer)
  ? undefined
  : "`unshare` cannot make network and pid namespaces on this machine";

const sizeBytes = 20 * blockSizeBytes;
const briefly = { waitMilliseconds: 50 };
const busy = { code: "Busy", message: expect.stringContaining("another container") as string };

describe.skipIf(obstacle !== undefined)(`disks between containers${obstacle ? ` (${obstacle})` : ""}`, () => {
  it("a disk that one has open is refused to the other, also while that one is stopped, until it is killed", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const alias = `${imagePath}.alias`;
    fs.linkSync(imagePath, alias);
    const writer = startChildBy(otherNetwork, "counting-process.ts", imagePath);
    await writer.says("open");
    for (const signal of [undefined, "SIGSTOP"] as const) {
      if (signal) writer.process.kill(signal);
      await expect(openTrackedDisk(imagePath, briefly)).rejects.toMatchObject(busy);
      await expect(takeSnapshot([imagePath], briefly)).rejects.toMatchObject(busy);
      await expect(openTrackedDisk(alias, briefly)).rejects.toMatchObject(busy);
    }
    writer.process.kill("SIGKILL");
    await writer.gone;
    fs.rmSync(alias);
    const disk = await openTrackedDisk(imagePath, briefly);
    // What the killed one wrote is on record.
    expect(readChangeState(imagePath).pendingBlocks).toBeGreaterThan(0);
    const other = startChildBy(otherContainer, "counting-process.ts", imagePath);
    other.process.stdin!.end();
    expect(await other.gone).toBe("failed Busy\n");
    await disk.close();
  });

  it("a snapshot of one counts while its process lives and is stopped, and no longer when it was killed", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const engine = startChildBy(otherContainer, "snapshot-process.ts", imagePath);
    await engine.says("taken 1");
    // Time goes on: it is long past the moment at which the snapshot began.
    const now = Date.now();
    vi.spyOn(systemClock, "now").mockImplementation(() => now + 3_600_000);
    try {
      await expect(takeSnapshot([imagePath], briefly)).rejects.toMatchObject({ code: "Busy" });
      const disk = await openTrackedDisk(imagePath, briefly);
      expect(companionsOf(imagePath)).toContain(".snapshot");
      await disk.close();
      engine.process.kill("SIGKILL");
      await engine.gone;
      await (await takeSnapshot([imagePath], briefly)).complete();
      expect(companionsOf(imagePath)).toEqual([".hrl"]);
    } finally {
      vi.restoreAllMocks();
    }
  });
});
