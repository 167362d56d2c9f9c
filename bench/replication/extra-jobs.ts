/** What has no peer: deltas and attaches at two sizes, peak memory, and what tracking costs a writer. */
import fs from "node:fs";
import path from "node:path";
import { median, type Results, seconds, verdict } from "./table.ts";
import { ourJob } from "./tools.ts";
import { gibibyte, makeImage } from "./workload.ts";

interface Extra {
  readonly runs: number;
  readonly sizeBytes: number;
  readonly results: Results;
}

const largeBytes = 16 * gibibyte;
const blockBytes = 65_536;

interface AtSize {
  readonly deltas: number[];
  readonly attaches: number[];
  readonly peaks: number[];
}

/** The same content and the same number of changed blocks on images of two sizes, turn by turn. */
async function atSizes(folder: string, { runs, sizeBytes }: Extra): Promise<[AtSize, AtSize]> {
  const count = Math.round(sizeBytes / 100 / blockBytes);
  const sides = [sizeBytes, largeBytes].map((bytes, index) => {
    const place = path.join(folder, `size-${index}`);
    fs.mkdirSync(place);
    const args = {
      image: path.join(place, "disk.img"),
      store: path.join(place, "store"),
      keyFile: path.join(folder, "bench.key"),
      to: path.join(place, "overlay.img"),
    };
    makeImage(args.image, bytes, sizeBytes);
    return { args, found: { deltas: [], attaches: [], peaks: [] } as AtSize };
  });
  for (const { args, found } of sides) found.peaks.push((await ourJob("initial", args)).peakMebibytes);
  for (let run = 0; run < runs; run += 1) {
    for (const { args, found } of sides) {
      await ourJob("change", { ...args, count, contentBytes: sizeBytes, salt: run + 7 });
      const delta = await ourJob("delta", args);
      found.deltas.push(delta.seconds);
      found.peaks.push(delta.peakMebibytes);
      for (const name of [args.to, `${args.to}.filled`]) fs.rmSync(name, { force: true });
      found.attaches.push(Number((await ourJob("attach", args))["inner"]));
    }
  }
  for (const { args } of sides) fs.rmSync(path.dirname(args.image), { recursive: true });
  return [sides[0]!.found, sides[1]!.found];
}

/** How fast a writer is with tracking, beside the same writer without. */
async function trackingCost(folder: string, runs: number): Promise<{ sequential: number; flushed: number }> {
  const ratios = { sequential: [] as number[], flushed: [] as number[] };
  for (let run = 0; run < runs; run += 1) {
    const times = new Map<boolean, Record<string, unknown>>();
    for (const tracked of run % 2 === 0 ? [false, true] : [true, false]) {
      const image = path.join(folder, `writes-${tracked}.img`);
      for (const name of fs.readdirSync(folder))
        if (name.startsWith("writes-")) fs.rmSync(path.join(folder, name));
      makeImage(image, gibibyte, 0);
      times.set(tracked, await ourJob("writes", { image, tracked, megabytes: 512, count: 300 }));
    }
    for (const kind of ["sequential", "flushed"] as const) {
      ratios[kind].push(Number(times.get(false)![kind]) / Number(times.get(true)![kind]));
    }
  }
  return { sequential: median(ratios.sequential), flushed: median(ratios.flushed) };
}

export async function extraRows(folder: string, extra: Extra): Promise<string[]> {
  const [small, large] = await atSizes(folder, extra);
  const tracking = await trackingCost(folder, extra.runs);
  const growth = median(large.deltas) / median(small.deltas);
  const stored = (extra.results.get("delta1")?.get("siterecovery") ?? []).map((run) => run.bytesStored);
  const storedMebibytes = median(stored) / 1_048_576;
  const peak = Math.max(
    ...small.peaks,
    ...large.peaks,
    ...[...extra.results.values()].flatMap((byTool) =>
      (byTool.get("siterecovery") ?? []).map((run) => run.peakMebibytes),
    ),
  );
  const attach = Math.max(...small.attaches, ...large.attaches);
  const row = (what: string, measured: string, text: string): string => `| ${what} | ${measured} | ${text} |`;
  return [
    row(
      "delta of as many blocks at 16 GiB",
      `${seconds(large.deltas)} beside ${seconds(small.deltas)}: ${growth.toFixed(2)} ×`,
      verdict(growth, 1.25, "atMost", "×").text,
    ),
    row(
      "stored by the 1 % delta",
      `${storedMebibytes.toFixed(1)} MiB`,
      verdict(storedMebibytes, 20, "atMost", "MiB").text,
    ),
    row(
      "attach and first byte, both sizes",
      `${median(small.attaches).toFixed(3)} s and ${median(large.attaches).toFixed(3)} s`,
      verdict(attach, 0.5, "atMost", "s").text,
    ),
    row("peak memory, both sizes", `${peak} MiB`, verdict(peak, 160, "atMost", "MiB").text),
    row(
      "tracked writes of 1 MiB in order",
      `${tracking.sequential.toFixed(2)} ×`,
      verdict(tracking.sequential, 0.9, "atLeast", "×").text,
    ),
    row(
      "tracked writes of 4 KiB, each flushed",
      `${tracking.flushed.toFixed(2)} ×`,
      verdict(tracking.flushed, 0.8, "atLeast", "×").text,
    ),
  ];
}
