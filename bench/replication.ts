/**
 * The replication engine beside restic, borg, qemu-img and rsync, turn by turn on the same image. Options:
 * `--runs N` (default 5) and `--size GiB` (default 2).
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { extraRows } from "./replication/extra-jobs.ts";
import { bytesRows, goalRows, type Results, timesTable } from "./replication/table.ts";
import {
  type Job,
  jobs,
  type JobResult,
  ourJob,
  peers,
  siterecovery,
  type Tool,
} from "./replication/tools.ts";
import { gibibyte, makeImage } from "./replication/workload.ts";

const blockBytes = 65_536;

/** Before a job: how much of the image's blocks changes. */
const changes: Partial<Record<Job, number>> = { delta1: 0.01, delta10: 0.1, resync: 0.0005 };

function keep(results: Results, job: Job, tool: string, result: JobResult | undefined): void {
  if (!result) return;
  const byTool = results.get(job) ?? new Map<string, JobResult[]>();
  results.set(job, byTool.set(tool, [...(byTool.get(tool) ?? []), result]));
}

async function oneRun(
  folder: string,
  tools: readonly Tool[],
  sizeBytes: number,
  run: number,
  results: Results,
): Promise<void> {
  const image = path.join(folder, "disk.img");
  fs.rmSync(image, { force: true });
  for (const name of fs.readdirSync(folder))
    if (name.startsWith("disk.img.")) fs.rmSync(path.join(folder, name));
  makeImage(image, sizeBytes, sizeBytes);
  for (const job of jobs) {
    const part = changes[job];
    if (part !== undefined) {
      const count = Math.max(1, Math.round((part * sizeBytes) / blockBytes));
      await ourJob("change", { image, count, contentBytes: sizeBytes, salt: run * 100 + count });
    }
    // Each run begins with another tool, so that none always has the warmest cache.
    for (let index = 0; index < tools.length; index += 1) {
      const tool = tools[(index + run) % tools.length]!;
      process.stderr.write(`run ${run + 1}: ${job} by ${tool.name}\n`);
      keep(results, job, tool.name, await tool.run(job, image));
    }
  }
}

export async function benchReplication(words: readonly string[]): Promise<string> {
  const { values } = parseArgs({
    args: [...words],
    options: { runs: { type: "string", default: "5" }, size: { type: "string", default: "2" } },
  });
  const [runs, sizeGibibytes] = [Number(values.runs), Number(values.size)];
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-bench-"));
  try {
    const found = peers(folder);
    for (const name of found.missing) {
      process.stderr.write(
        `${name} is not installed and left out: apt-get install restic borgbackup qemu-utils rsync\n`,
      );
    }
    const ours = siterecovery(folder);
    const tools = [ours, ...found.tools];
    const names = tools.map(({ name }) => name);
    const results: Results = new Map();
    for (let run = 0; run < runs; run += 1) {
      await oneRun(folder, tools, sizeGibibytes * gibibyte, run, results);
    }
    const extra = await extraRows(folder, { runs, sizeBytes: sizeGibibytes * gibibyte, results });
    return [
      `Image: ${sizeGibibytes} GiB. Machine: ${os.availableParallelism()} cores (${os.cpus()[0]?.model ?? "unknown"}), ` +
        `${Math.round(os.totalmem() / gibibyte)} GiB of memory, Node ${process.version}; ${runs} runs turn by turn, medians (least–most).`,
      "",
      ...timesTable(results, names),
      "",
      ...bytesRows(results, names),
      "",
      "| goal | measured | verdict |",
      "|---|---|---|",
      ...goalRows(results, ours.name),
      ...extra,
    ].join("\n");
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
