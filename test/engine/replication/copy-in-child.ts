/** A child process for kill.test.ts: runs one initial copy and prints a line for each piece of progress. */
import { systemClock } from "../../../provider/clock.ts";
import { takeSnapshot } from "../../../provider/disks/take-snapshot.ts";
import { resync } from "../../../provider/engine/replication/resync.ts";
import { openReplicaStore } from "../../../provider/replica/open-replica-store.ts";
import { passphrase } from "./protected-disk.ts";

const [storeFolder, imagePath, machineId, diskId, threads] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const store = await openReplicaStore({ folder: storeFolder, passphrase, threads: Number(threads) });
await resync({
  store,
  source: { machineId, disks: [{ diskId, path: imagePath }] },
  snapshot: await takeSnapshot([imagePath]),
  clock: systemClock,
  onProgress: ({ bytesDone }) => process.stdout.write(`${bytesDone}\n`),
});
