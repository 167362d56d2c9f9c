import fs from "node:fs";
import net from "node:net";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import { claimAddress } from "../../provider/disks/claim-disk.ts";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { encodeLine } from "../../provider/disks/owner-protocol.ts";
import type { OwnerRequest } from "../../provider/disks/owner-protocol.ts";
import { replicatedImage } from "./disk-image.ts";

const sizeBytes = 10 * blockSizeBytes;

/** Sends requests to a disk's owner over a connection of its own, which stays open until the test ends. */
async function talk(imagePath: string, requests: readonly OwnerRequest[]): Promise<unknown[]> {
  const socket = net.connect({ path: claimAddress(fs.realpathSync(imagePath)) });
  socket.unref();
  let text = "";
  const answered = new Promise<void>((resolve) => {
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split("\n").length > requests.length) resolve();
    });
  });
  for (const request of requests) socket.write(encodeLine(request));
  await answered;
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

describe("the owner of a disk", () => {
  it("an asker that hangs holds the writes no longer than the limit", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const disk = await openTrackedDisk(imagePath);
    const trackingId = fs.readFileSync(`${imagePath}.hrl`).toString("hex", 24, 40);
    const answers = await talk(imagePath, [
      { action: "freeze", trackingId, limitMilliseconds: 50 },
      { action: "hello" },
    ]);
    expect(answers).toHaveLength(2);
    const start = systemClock.monotonic();
    await disk.write(Buffer.of(1), 0);
    expect(systemClock.monotonic() - start).toBeLessThan(2000);
    await disk.close();
  });

  it("an asker that can't read the log is refused", async () => {
    const imagePath = await replicatedImage(sizeBytes);
    const disk = await openTrackedDisk(imagePath);
    const trackingId = "00".repeat(16);
    const answers = await talk(imagePath, [
      { action: "freeze", trackingId, limitMilliseconds: 50 },
      { action: "end", trackingId, snapshotId: "x", outcome: "complete" },
      { action: "reset", trackingId },
    ]);
    expect(answers.map((answer) => (answer as { error: { code: string } }).error.code)).toEqual(
      Array(3).fill("ActionNotAllowed"),
    );
    await disk.close();
  });
});
