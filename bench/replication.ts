/**
 * Replication beside restic, borg, qemu-img and rsync: `npm run bench -- replication [--runs 5] [--size <MiB>] [--json]`.
 * Needs the built package (`npm run build`) and GNU time. With the full size the figures go to docs/benchmarks.md.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "prettier";
import { replaceSection } from "./replace-section.ts";
import { Bench } from "./replication/measure.ts";
import { findPeers } from "./replication/peers.ts";
import { rowsOf, table } from "./replication/report.ts";
import { isInstalled } from "./replication/timed-run.ts";

export interface ReplicationOptions {
  readonly runs: number;
  readonly sizeMebibytes: number;
  readonly json: boolean;
}

const heading = "Replication beside restic, borg, qemu-img and rsync";
const fullMebibytes = 2048;
const largeTimes = 8;

export function machineLine(runs: number): string {
  const cpu = os.cpus()[0]?.model ?? "unknown processor";
  const memory = Math.round(os.totalmem() / 2 ** 30);
  const load = os.loadavg()[0]!.toFixed(1);
  const day = new Date().toISOString().slice(0, 10);
  const runsText = runs === 1 ? "1 run" : `${runs} runs, turn by turn; medians (least–most)`;
  return `${os.availableParallelism()} cores (${cpu}), ${memory} GiB, Node ${process.version}, ${day}, load ${load}; ${runsText}.`;
}

export function sizeText(mebibytes: number): string {
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024} GiB` : `${mebibytes} MiB`;
}

function explain(small: string, large: string): string {
  return [
    `The work: an image of ${small}, two fifths of it holes, the rest half text-like, half random; then 1 % and 10 % of its`,
    `64 KiB blocks changed at random places. The image of ${large} has the same amount of data and of changes. Each job of ours`,
    "is a fresh process of the built package that opens a store with a key file and takes a snapshot; its start-up is part of",
    "the time. Rows of a process that runs already (`siterecovery replicate --follow`) tell the cycle alone, from the snapshot to the",
    "durable recovery point. All is durable: ours syncs by itself, a `sync -f` of the target belongs to each job of a peer. qemu-img and",
    "rsync do not encrypt. Peak memory is the largest resident set of a job's processes: the median of all jobs, and the",
    "least and the most. A restored image is compared with the source, outside of the time.",
  ].join("\n");
}

export async function benchReplication(options: ReplicationOptions): Promise<string> {
  if (!isInstalled("time")) throw new Error("GNU time is missing: apt-get install -y time");
  execFileSync(process.execPath, [fileURLToPath(new URL("../setup/build.mjs", import.meta.url))]);
  const { peers, missing } = findPeers();
  const work = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-bench-"));
  try {
    const smallBytes = options.sizeMebibytes * 1_048_576;
    const machine = machineLine(options.runs);
    const bench = new Bench(work, { smallBytes, largeBytes: largeTimes * smallBytes }, peers);
    for (let run = 0; run < options.runs; run += 1) {
      process.stderr.write(`replication: run ${run + 1} of ${options.runs}\n`);
      bench.round();
      bench.trackingCost();
    }
    const small = sizeText(options.sizeMebibytes);
    const large = sizeText(largeTimes * options.sizeMebibytes);
    const rows = rowsOf(bench.measures, { small, large, share: options.sizeMebibytes / fullMebibytes });
    const names = ["ours", ...peers.map((peer) => peer.name), "cmp"];
    const figures = table(bench.measures, rows, names);
    const parts = [explain(small, large), machine, ...(missing === undefined ? [] : [missing]), figures];
    const body = await format(parts.join("\n\n"), { parser: "markdown", printWidth: 110 });
    if (options.sizeMebibytes === fullMebibytes) replaceSection(heading, body);
    return options.json ? JSON.stringify({ machine, measures: bench.measures }, null, 2) : body;
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}
