/**
 * `pulumi up` of 100 and 1,000 protected items beside no-op dynamic resources, in one run and turn by turn: as dynamic
 * resources, from a definition, and through the plugin, from Pulumi YAML. There are two peers: the same count of
 * resources with one property each, and the same resources with the same arguments, whose provider does nothing. Every
 * item is a machine of its own with a real disk (one block of data), so that creation makes a real replica; the second
 * `up` has nothing to do.
 */
import os from "node:os";
import { fileURLToPath } from "node:url";
import { kinds } from "../provider/kinds/registry.ts";
import { declarationsOf } from "../provider/stack/declare.ts";
import { readStack } from "../provider/stack/read-stack.ts";
import { ensurePulumi } from "../setup/pulumi-environment.mjs";
import { diskContent } from "../test/e2e/disk-content.ts";
import { PulumiProject } from "../test/e2e/pulumi-project.ts";

const counts = (process.env["SITERECOVERY_BENCH_COUNTS"] ?? "100,1000").split(",").map(Number);
const rounds = Number(process.env["SITERECOVERY_BENCH_ROUNDS"] ?? 1);

const noOpResource = `
import fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
const provider = {
  async check(_olds, news) { return { inputs: news }; },
  async diff() { return { changes: false }; },
  async create(inputs) { return { id: "id-" + inputs.name, outs: inputs }; },
};
class NoOp extends pulumi.dynamic.Resource {
  constructor(name, args, options) { super(provider, name, { name, ...args }, options, "bench", "NoOp"); }
}
`;
const noOpProgram = (count: number): string =>
  `${noOpResource}for (let index = 0; index < ${count}; index += 1) new NoOp("item-" + index, {});\n`;
const noOpsWithArguments = `${noOpResource}
const made = {};
for (const { logicalName, inputs, dependsOn } of JSON.parse(fs.readFileSync(new URL("declarations.json", import.meta.url), "utf8")))
  made[logicalName] = new NoOp(logicalName, inputs, { dependsOn: dependsOn.map((name) => made[name]) });
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

async function itemsProject(count: number): Promise<PulumiProject> {
  const project = await PulumiProject.make();
  const content = diskContent(1, 1).subarray(0, 65_536);
  const names = Array.from({ length: count }, (_, index) => `m${index}`);
  for (const name of names) project.addMachine(name, [{ id: "os", content }]);
  project.define({ machines: names.map((name) => ({ name })) });
  return project;
}

/** The same things as resources whose provider does nothing. */
async function emptyProject(count: number): Promise<PulumiProject> {
  const items = await itemsProject(count);
  try {
    const project = await PulumiProject.make(noOpsWithArguments);
    const declarations = declarationsOf(readStack(items.path("siterecovery.yaml")));
    project.write("program/declarations.json", JSON.stringify(declarations));
    return project;
  } finally {
    items.remove();
  }
}

/** The same things as resources of the plugin. */
async function pluginProject(count: number): Promise<PulumiProject> {
  const project = await itemsProject(count);
  await ensurePulumi({ stateFolder: project.path(".pulumi"), yaml: true });
  const keyOf = (logicalName: string): string => logicalName.replaceAll("/", "-");
  const declarations = declarationsOf(readStack(project.path("siterecovery.yaml")));
  const resources = declarations.map(({ kind, logicalName, inputs, dependsOn }) => [
    keyOf(logicalName),
    {
      type: `siterecovery:${kinds[kind].className}`,
      properties: inputs,
      options: { dependsOn: dependsOn.map((name) => `\${${keyOf(name)}}`) },
    },
  ]);
  const path = fileURLToPath(new URL("../bin", import.meta.url));
  const plugins = { providers: [{ name: "siterecovery", path }] };
  const program = {
    name: "dr",
    runtime: "yaml",
    plugins,
    resources: Object.fromEntries(resources) as object,
  };
  project.write("Pulumi.yaml", JSON.stringify(program));
  return project;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!;
}

const steps = ["create", "unchanged"] as const;

function rowOf(count: number, step: (typeof steps)[number], all: Record<string, Times[]>): string {
  const of = (name: string): number => median(all[name]!.map((times) => times[step]));
  const [items, plugin, noOps, empty] = [of("items"), of("plugin"), of("noOps"), of("empty")];
  const cells = [items, plugin, noOps, empty].map((seconds) => `${seconds.toFixed(1)} s`);
  const ratios = [items / noOps, plugin / noOps, items / empty, plugin / empty].map(
    (ratio) => `${ratio.toFixed(2)} ×`,
  );
  return `| ${[step, String(count), ...cells, ...ratios].join(" | ")} |`;
}

export async function benchPulumiUp(): Promise<string> {
  const rows: string[] = [];
  const perItem: Record<number, number> = {};
  for (const count of counts) {
    const all: Record<string, Times[]> = { items: [], plugin: [], noOps: [], empty: [] };
    for (let round = 0; round < rounds; round += 1) {
      all["noOps"]!.push(await measure(await PulumiProject.make(noOpProgram(count))));
      all["empty"]!.push(await measure(await emptyProject(count)));
      all["items"]!.push(await measure(await itemsProject(count)));
      all["plugin"]!.push(await measure(await pluginProject(count)));
    }
    perItem[count] = median(all["items"]!.map(({ create }) => create)) / count;
    rows.push(...steps.map((step) => rowOf(count, step, all)));
  }
  const [few = 1, many = few] = counts;
  const growth = perItem[many]! / perItem[few]!;
  return [
    `Machine: ${os.availableParallelism()} cores, Node ${process.version}; rounds: ${rounds}, medians.`,
    "",
    "| `pulumi up` | items | dynamic, from a definition | plugin, from Pulumi YAML | no-ops of one property | no-ops with the same arguments | dynamic / no-ops | plugin / no-ops | dynamic / same arguments | plugin / same arguments |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ...rows,
    "",
    `Time per item created, ${many} against ${few} items: ${growth.toFixed(2)} × (1 is linear).`,
  ].join("\n");
}
