/** The table of docs/benchmarks.md: medians with their spread, ratios to each peer, and goals held against them. */
import type { Job, JobResult } from "./tools.ts";

/** By job, by tool: the runs in their order. */
export type Results = Map<Job, Map<string, JobResult[]>>;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const seconds = (values: readonly number[]): string =>
  `${median(values).toFixed(2)} s (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`;

const titles: Record<Job, string> = {
  initial: "initial copy",
  delta1: "delta, 1 % changed",
  delta10: "delta, 10 % changed",
  resync: "resync, little changed",
  restore: "restore, verified",
};

/** How many times faster than a peer a job is to be. */
const goals: Partial<Record<Job, Record<string, number>>> = {
  initial: { restic: 3, borg: 2, "qemu-img": 1 },
  delta1: { restic: 30, borg: 25, rsync: 15 },
  delta10: { restic: 8, rsync: 5 },
  resync: { restic: 3, borg: 3 },
  restore: { restic: 3, borg: 3, "qemu-img": 1 },
};

export interface Verdict {
  readonly text: string;
  readonly isMet: boolean;
}

/** `at least` or, for sizes and memory, `at most`. */
export function verdict(value: number, goal: number, kind: "atLeast" | "atMost", unit: string): Verdict {
  const isMet = kind === "atLeast" ? value >= goal : value <= goal;
  const off = kind === "atLeast" ? 1 - value / goal : value / goal - 1;
  const wanted = `${kind === "atLeast" ? "≥" : "≤"} ${goal} ${unit}`;
  return { isMet, text: isMet ? `${wanted}: met` : `${wanted}: MISSED by ${Math.ceil(off * 100)} %` };
}

function secondsOf(results: Results, job: Job, tool: string): number[] {
  return (results.get(job)?.get(tool) ?? []).map((run) => run.seconds);
}

export function timesTable(results: Results, tools: readonly string[]): string[] {
  const [ours = "", ...others] = tools;
  const rows = [...results.keys()].map((job) => {
    const mine = secondsOf(results, job, ours);
    const cells = others.map((tool) => {
      const theirs = secondsOf(results, job, tool);
      return theirs.length === 0
        ? "–"
        : `${seconds(theirs)}, **${(median(theirs) / median(mine)).toFixed(1)} ×**`;
    });
    return `| ${titles[job]} | ${seconds(mine)} | ${cells.join(" | ")} |`;
  });
  return [`| job | ${tools.join(" | ")} |`, `|${"---|".repeat(tools.length + 1)}`, ...rows];
}

export function goalRows(results: Results, ours: string): string[] {
  return Object.entries(goals).flatMap(([job, peers]) =>
    Object.entries(peers).flatMap(([tool, goal]) => {
      const [mine, theirs] = [ours, tool].map((name) => secondsOf(results, job as Job, name));
      if (theirs!.length === 0) return [];
      const ratio = median(theirs!) / median(mine!);
      return `| ${titles[job as Job]} beside ${tool} | ${ratio.toFixed(1)} × | ${verdict(ratio, goal, "atLeast", "×").text} |`;
    }),
  );
}

export function bytesRows(results: Results, tools: readonly string[]): string[] {
  const mebibytes = (job: Job, tool: string): string => {
    const runs = results.get(job)?.get(tool) ?? [];
    return runs.length === 0
      ? "–"
      : `${(median(runs.map((run) => run.bytesStored)) / 1_048_576).toFixed(0)} MiB`;
  };
  const peak = (tool: string): string => {
    const runs = [...results.values()].flatMap((byTool) => byTool.get(tool) ?? []);
    return `${Math.max(...runs.map((run) => run.peakMebibytes))} MiB`;
  };
  return [
    `| | ${tools.join(" | ")} |`,
    `|${"---|".repeat(tools.length + 1)}`,
    `| stored by the initial copy | ${tools.map((tool) => mebibytes("initial", tool)).join(" | ")} |`,
    `| stored by the 1 % delta | ${tools.map((tool) => mebibytes("delta1", tool)).join(" | ")} |`,
    `| peak memory of any job | ${tools.map(peak).join(" | ")} |`,
  ];
}
