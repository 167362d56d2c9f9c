/**
 * Replicas in object storage: `npm run bench -- storage [--runs 5] [--size <MiB>] [--json]`. The servers are versitygw and
 * Azurite on loopback, as in the tests. Needs the built package, GNU time, and restic for its column. With the full
 * size the figures go to docs/benchmarks.md.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "prettier";
import { replaceSection } from "./replace-section.ts";
import { machineLine, type ReplicationOptions, sizeText } from "./replication.ts";
import type { Measures } from "./replication/measures.ts";
import { atLeast, atMost, type Goal, type Row, table } from "./replication/report.ts";
import { isInstalled } from "./replication/timed-run.ts";
import { startServers } from "./storage/places.ts";
import { StorageRounds } from "./storage/rounds.ts";

const heading = "Replicas in object storage";
const fullMebibytes = 2048;
const largeTimes = 8;

function rowsOf(measures: Measures, large: string): Row[] {
  /** How often the one is in the other. */
  const ratio = (key: string, over: string, under: string): number | undefined => {
    const [above, below] = [measures.median(key, over), measures.median(key, under)];
    return above === undefined || below === undefined ? undefined : above / below;
  };
  const seconds = { unit: "s", digits: 2 };
  const beside = (key: string, what: string, wanted: number, who = "S3"): Goal =>
    atMost(`${wanted} × ${what === "floor" ? "the floor" : what} (${who})`, ratio(key, who, what), wanted);
  const faster = (key: string, wanted: number): Goal =>
    atLeast(`${wanted} × restic to S3`, ratio(key, "restic to S3", "S3"), wanted);
  return [
    {
      job: "full copy",
      key: "full",
      ...seconds,
      goals: [beside("full", "folder", 1.25), faster("full", 3), beside("full", "floor", 1.15, "folder")],
    },
    {
      job: "delta, 1 % changed",
      key: "delta",
      ...seconds,
      goals: [beside("delta", "folder", 1.25), faster("delta", 20)],
    },
    {
      job: "requests that put a delta's data",
      key: "puts of data",
      unit: "",
      digits: 0,
      goals: [atMost("1", measures.max("puts of data", "S3"), 1)],
    },
    { job: "requests of the whole delta", key: "requests", unit: "", digits: 0, goals: [] },
    {
      job: "writable attach, first byte",
      key: "attach",
      ...seconds,
      goals: [atMost("1 s (S3)", measures.median("attach", "S3"), 1)],
    },
    {
      job: "random reads of 64 KiB, maps read before, p50",
      key: "reads",
      unit: "ms",
      digits: 2,
      goals: [atMost("2 × the server (S3)", measures.median("reads beside the server", "S3"), 2)],
    },
    {
      job: "restore to a raw image, verified",
      key: "restore",
      ...seconds,
      goals: [beside("restore", "cp", 1.3, "folder"), faster("restore", 2)],
    },
    {
      job: `peak memory, ${large}`,
      key: "memory large",
      unit: "MiB",
      digits: 0,
      goals: ["folder", "S3"].map((place) =>
        atMost(`160 MiB (${place})`, measures.max("memory large", place), 160),
      ),
    },
  ];
}

function explain(small: string, large: string): string {
  return [
    "`npm run bench -- storage`: the jobs of the section above, with replicas in a folder, on versitygw and on Azurite, and restic's",
    `repository on the same versitygw. The image is ${small}; that of ${large} is sparse and has as much data. versitygw keeps its objects in the`,
    "file system of the folder, Azurite in memory. Servers run on the same two cores and take their share of them. *Floor*: as many threads as",
    "cores read the same image, hash, compress, encrypt and write it, without map, index or order. *cp*: `cp --sparse=always` with `sync`. *Itself*:",
    "ranges of 64 KiB of a segment, asked for by the same client. Requests of a delta are counted in between, in a run whose time does not count.",
  ].join("\n");
}

export async function benchStorage(options: ReplicationOptions): Promise<string> {
  if (!isInstalled("time")) throw new Error("GNU time is missing: apt-get install -y time");
  execFileSync(process.execPath, [fileURLToPath(new URL("../setup/build.mjs", import.meta.url))]);
  const work = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-bench-"));
  const servers = await startServers();
  try {
    const smallBytes = options.sizeMebibytes * 1_048_576;
    const rounds = new StorageRounds(work, { smallBytes, largeBytes: largeTimes * smallBytes }, servers);
    for (let run = 0; run < options.runs; run += 1) {
      process.stderr.write(`storage: run ${run + 1} of ${options.runs}\n`);
      await rounds.round();
    }
    await rounds.large();
    const machine = machineLine(options.runs);
    const large = sizeText(largeTimes * options.sizeMebibytes);
    const columns = ["folder", "S3", "Azurite", "restic to S3", "floor", "cp", "S3 itself", "Azurite itself"];
    const figures = table(rounds.measures, rowsOf(rounds.measures, large), columns);
    const missing = isInstalled("restic") ? [] : ["Not installed, so left out: apt-get install -y restic"];
    const text = [explain(sizeText(options.sizeMebibytes), large), machine, ...missing, figures];
    const body = await format(text.join("\n\n"), { parser: "markdown", printWidth: 140 });
    if (options.sizeMebibytes === fullMebibytes) replaceSection(heading, body);
    return options.json ? JSON.stringify({ machine, measures: rounds.measures }, null, 2) : body;
  } finally {
    await servers.stop();
    fs.rmSync(work, { recursive: true, force: true });
  }
}
