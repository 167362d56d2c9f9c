/**
 * `pulumi up` of 100 and 1,000 protected items beside the same count of no-op dynamic resources, in one run and
 * turn by turn. Every item is a machine of its own with a real disk (one block of data), so that creation makes a
 * real replica; the second `up` has nothing to do.
 */
import os from "node:os";
import { PulumiProject, diskContent } from "../test/e2e/pulumi-project.ts";

const counts = [100, 1000] as const;
const rounds = Number(process.env["SITERECOVERY_BENCH_ROUNDS"] ?? 1);

const noOpProgram = (count: number): string => `
import * as pulumi from "@pulumi/pulumi";
const provider = {
  async check(_olds, news) { return { inputs: news }; },
  async diff() { return { changes: false }; },
  async create(inputs) { return { id: "id-" + inputs.name, outs: inputs }; },
};
class NoOp extends pulumi.dynamic.Resource {
  constructor(name) { super(provider, name, { name }, {}, "bench", "NoOp"); }
}
for (let index = 0; index < ${count}; index += 1) new NoOp("item-" + index);
`;

interface Times {
  readonly create: number;
  readonly unchanged: number;
}

async function timedUp(project: PulumiProject): Promise<number> {
  const started = performance.now();
  const run = await project.up("--parallel", "16");
  if (run.status !== 0) throw new Error(run.text.slice(-4000));
  return (performance.now() - started) / 1000;
}

async function measure(project: PulumiProject): Promise<Times> {
  try {
    return { create: await timedUp(project), unchanged: await timedUp(project) };
  } finally {
    project.remove();
  }
}

async function measureItems(count: number): Promise<Times> {
  const project = await PulumiProject.make();
  const content = diskContent(1, 1).subarray(0, 65_536);
  const names = Array.from({ length: count }, (_, index) => `m${index}`);
  for (const name of names) project.addMachine(name, [{ id: "os", content }]);
  project.define({ machines: names.map((name) => ({ name })) });
  return measure(project);
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!;
}

export async function benchPulumiUp(): Promise<string> {
  const rows: string[] = [];
  const perItem: Record<number, number> = {};
  for (const count of counts) {
    const items: Times[] = [];
    const noOps: Times[] = [];
    for (let round = 0; round < rounds; round += 1) {
      noOps.push(await measure(await PulumiProject.make(noOpProgram(count))));
      items.push(await measureItems(count));
    }
    for (const step of ["create", "unchanged"] as const) {
      const mine = median(items.map((times) => times[step]));
      const peer = median(noOps.map((times) => times[step]));
      if (step === "create") perItem[count] = mine / count;
      rows.push(
        `| ${step} | ${count} | ${mine.toFixed(1)} s | ${peer.toFixed(1)} s | ${(mine / peer).toFixed(2)} × |`,
      );
    }
  }
  const growth = perItem[1000]! / perItem[100]!;
  return [
    `Machine: ${os.availableParallelism()} cores, Node ${process.version}; rounds: ${rounds}, medians.`,
    "",
    "| `pulumi up` | items | protected items | no-op dynamic resources | ratio |",
    "|---|---|---|---|---|",
    ...rows,
    "",
    `Time per item created, 1,000 against 100 items: ${growth.toFixed(2)} × (1 is linear).`,
  ].join("\n");
}
