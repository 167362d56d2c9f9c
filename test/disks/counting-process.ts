/**
 * A process that has disks open and keeps writing one rising number to the start of each of its disks, one
 * after the other, and a copy of it to a place that moves. Ends when its standard input does.
 */
import fs from "node:fs";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";

let isOver = false;
process.stdin.on("end", () => (isOver = true)).resume();
try {
  const disks = await Promise.all(process.argv.slice(2).map((imagePath) => openTrackedDisk(imagePath)));
  fs.writeSync(1, "open\n");
  for (let count = 1; !isOver; count += 1) {
    const data = Buffer.alloc(4096);
    data.writeUInt32LE(count);
    for (const disk of disks) {
      await disk.write(data, 0);
      await disk.write(data, (1 + (count % 30)) * blockSizeBytes);
    }
    if (count % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  for (const disk of disks) await disk.close();
  fs.writeSync(1, "closed\n");
} catch (error) {
  fs.writeSync(1, `failed ${(error as { code: string }).code}\n`);
}
