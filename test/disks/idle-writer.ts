/** Writes once to a disk and keeps it open until it is killed. */
import fs from "node:fs";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";

const disk = await openTrackedDisk(process.argv[2]!);
await disk.write(Buffer.of(1), 0);
fs.writeSync(1, "written\n");
process.stdin.resume();
