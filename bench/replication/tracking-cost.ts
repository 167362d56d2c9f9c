/**
 * What tracking costs a writer: the same writes to a tracked disk and to a plain file, turn by turn. Run as a program of
 * its own: `node tracking-cost.ts <folder> <MiB>`; prints how fast the tracked one is, as a share of the plain one.
 */
import fs from "node:fs";
import path from "node:path";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import type * as Disks from "../../provider/disks/open-tracked-disk.ts";
import { SeededRandom } from "../../provider/random.ts";

const { openTrackedDisk } = (await import(
  new URL("../../dist/disks/open-tracked-disk.js", import.meta.url).href
)) as typeof Disks;

interface Writer {
  write(data: Uint8Array, offset: number): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

function plainFile(imagePath: string): Writer {
  const file = localFileSystem.open(imagePath, "readWrite");
  return {
    write: (data, offset) => Promise.resolve().then(() => file.write(data, offset)),
    flush: () => file.syncLater(),
    close: () => Promise.resolve().then(() => file.close()),
  };
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

const [folder, mebibytes] = [process.argv[2]!, Number(process.argv[3])];
const megabyte = Buffer.alloc(1_048_576, "siterecovery ");
const sums = { sequential: { tracked: 0, plain: 0 }, random: { tracked: 0, plain: 0 } };

async function measure(who: "tracked" | "plain", round: number): Promise<void> {
  const imagePath = path.join(folder, `${who}-${round}.img`);
  fs.writeFileSync(imagePath, "");
  fs.truncateSync(imagePath, mebibytes * 1_048_576);
  const disk = who === "tracked" ? await openTrackedDisk(imagePath) : plainFile(imagePath);
  // Random first: every write is to a block that the change log does not name yet, the dearest case.
  const random = new SeededRandom(round);
  const page = megabyte.subarray(0, 4096);
  sums.random[who] += await secondsOf(async () => {
    for (let count = 0; count < 100; count += 1) {
      await disk.write(page, random.integer(mebibytes * 256) * 4096);
      await disk.flush();
    }
  });
  sums.sequential[who] += await secondsOf(async () => {
    for (let index = 0; index < mebibytes; index += 1) await disk.write(megabyte, index * 1_048_576);
    await disk.flush();
  });
  await disk.close();
  fs.rmSync(imagePath);
}

for (let round = 0; round < 4; round += 1) {
  const order = round % 2 === 0 ? (["tracked", "plain"] as const) : (["plain", "tracked"] as const);
  for (const who of order) await measure(who, round);
}
const { sequential, random } = sums;
process.stdout.write(
  JSON.stringify({
    sequential: sequential.plain / sequential.tracked,
    random: random.plain / random.tracked,
  }),
);
