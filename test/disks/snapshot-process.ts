/** A process that takes a snapshot, says so, and never ends it. */
import fs from "node:fs";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";

const snapshot = await takeSnapshot(process.argv.slice(2));
fs.writeSync(1, `taken ${snapshot.disks.length}\n`);
process.stdin.resume();
