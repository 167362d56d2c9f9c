/**
 * A process of the kill harness: does the steps of a seed on a disk, and says on standard output when a step
 * begins (`>`) and when it is acknowledged (`<`), at once and without a buffer.
 */
import fs from "node:fs";
import type { MachineSnapshot } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { randomSteps } from "./random-steps.ts";

const [imagePath, seed] = [process.argv[2]!, Number(process.argv[3])];
let disk = await openTrackedDisk(imagePath);
let snapshot: MachineSnapshot | undefined;

for (const step of randomSteps(seed, disk.sizeBytes)) {
  fs.writeSync(1, ">");
  if (step.kind === "write") await disk.write(step.data, step.offset);
  else if (step.kind === "flush") await disk.flush();
  else if (step.kind === "snapshot") snapshot ??= await takeSnapshot([imagePath]);
  else if (step.kind === "reopen") {
    await disk.close();
    disk = await openTrackedDisk(imagePath);
  } else {
    await snapshot?.[step.kind]();
    snapshot = undefined;
  }
  fs.writeSync(1, "<");
}
