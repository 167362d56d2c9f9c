/** The table of docs/benchmarks.md: each job's figures beside its goals. Whether a goal is met is computed. */
import type { Measures } from "./measures.ts";

export interface Goal {
  /** What is wanted, in words. */
  readonly text: string;
  readonly value: number | undefined;
  readonly wanted: number;
  readonly atLeast: boolean;
}

export interface Row {
  readonly job: string;
  readonly key: string;
  readonly unit: string;
  readonly digits: number;
  readonly goals: readonly Goal[];
}

/** How many times faster than a peer we have to be. */
function faster(
  measures: Measures,
  key: string,
  wanted: Readonly<Record<string, number>>,
  ourKey = key,
): Goal[] {
  return Object.entries(wanted).map(([peer, times]) => {
    const ours = measures.median(ourKey, "ours");
    const theirs = measures.median(key, peer);
    const value = ours === undefined || theirs === undefined ? undefined : theirs / ours;
    return { text: `≥ ${times} × ${peer}`, value, wanted: times, atLeast: true };
  });
}

export function atMost(text: string, value: number | undefined, wanted: number): Goal {
  return { text: `≤ ${text}`, value, wanted, atLeast: false };
}

export function atLeast(text: string, value: number | undefined, wanted: number): Goal {
  return { text: `≥ ${text}`, value, wanted, atLeast: true };
}

function verdict(goal: Goal): string {
  if (goal.value === undefined) return `${goal.text}: not measured`;
  const met = goal.atLeast ? goal.value >= goal.wanted : goal.value <= goal.wanted;
  const share = goal.atLeast ? 1 - goal.value / goal.wanted : goal.value / goal.wanted - 1;
  const value = goal.value.toFixed(goal.value >= 10 ? 1 : 2);
  return `${goal.text}: ${value}, ${met ? "met" : `**MISSED by ${Math.max(1, Math.round(share * 100))} %**`}`;
}

export function rowsOf(measures: Measures, sizes: { small: string; large: string; share: number }): Row[] {
  const { small, large } = sizes;
  const seconds = { unit: "s", digits: 2 };
  const memory = { unit: "MiB", digits: 0 };
  const ratio = { unit: "×", digits: 2 };
  const growth = (): number | undefined => {
    const one = measures.median("delta 1 %", "ours");
    const other = measures.median("delta large", "ours");
    return one === undefined || other === undefined ? undefined : other / one;
  };
  const timed = (job: string, key: string, wanted: Readonly<Record<string, number>>): Row => {
    return { job, key, ...seconds, goals: faster(measures, key, wanted) };
  };
  const inService = (job: string, key: string, wanted: Readonly<Record<string, number>>): Row => {
    const ourKey = `${key} in the service`;
    const goals = faster(measures, key, wanted, ourKey);
    return { job: `${job}, in a process that runs already`, key: ourKey, ...seconds, goals };
  };
  const limited = (job: string, key: string, unit: { unit: string; digits: number }, wanted: number): Row => {
    const goal = atMost(`${Number(wanted.toFixed(2))} ${unit.unit}`, measures.median(key, "ours"), wanted);
    return { job, key, ...unit, goals: [goal] };
  };
  const largest = (job: string, key: string): Row => {
    const goal = atMost("160 MiB in every job", measures.max(key, "ours"), 160);
    return { job, key, ...memory, goals: [goal] };
  };
  const tracked = (job: string, key: string, wanted: number): Row => {
    const goal = atLeast(`${wanted} × untracked`, measures.median(key, "ours"), wanted);
    return { job, key, ...ratio, goals: [goal] };
  };
  return [
    timed("initial copy", "initial", { restic: 3, borg: 2, "qemu-img": 1 }),
    timed("delta, 1 % changed", "delta 1 %", { restic: 30, borg: 25, rsync: 15 }),
    inService("delta, 1 % changed", "delta 1 %", { restic: 30, borg: 25, rsync: 15 }),
    {
      job: `the same delta on ${large}`,
      key: "delta large",
      ...seconds,
      goals: [atMost(`1.25 × that on ${small}`, growth(), 1.25)],
    },
    limited("bytes stored for it", "delta bytes", { unit: "MiB", digits: 1 }, 20 * sizes.share),
    timed("delta, 10 % changed", "delta 10 %", { restic: 8, rsync: 5 }),
    inService("delta, 10 % changed", "delta 10 %", { restic: 8, rsync: 5 }),
    timed("resync, nothing changed", "resync", { restic: 3, borg: 3, cmp: 1 }),
    timed("restore to a raw image, verified", "restore", { restic: 3, borg: 3, "qemu-img": 1 }),
    limited(`writable attach, first byte, ${small}`, "attach small", seconds, 0.5),
    limited(`writable attach, first byte, ${large}`, "attach large", seconds, 0.5),
    largest(`peak memory, ${small}`, "memory small"),
    largest(`peak memory, ${large}`, "memory large"),
    tracked("tracked writes, sequential 1 MiB", "tracked sequential", 0.9),
    tracked("tracked writes, random 4 KiB with flush", "tracked random", 0.8),
  ];
}

export function table(measures: Measures, rows: readonly Row[], columns: readonly string[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(["job", "unit", ...columns, "goals"]),
    line(["job", "unit", ...columns, "goals"].map(() => "---")),
    ...rows.map((row) => {
      const figures = columns.map((who) => measures.text(row.key, who, row.digits));
      return line([row.job, row.unit, ...figures, row.goals.map(verdict).join("; ")]);
    }),
  ].join("\n");
}
