/**
 * `siterecovery validate` of one file with thousands of machines, all of which lie in an inventory with machine.yaml
 * and two disk images: all right, and every name wrong. Beside it, in one run and turn by turn, processes that only
 * parse the same texts with the package `yaml`, and the same documents with JSON.parse.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { writeYaml } from "../provider/yaml/write-yaml.ts";
import { machineDefinition } from "../test/machine-definition.ts";

const count = Number(process.env["SITERECOVERY_BENCH_MACHINES"] ?? 10_000);
const command = fileURLToPath(new URL("../dist/bundle/command.js", import.meta.url));
const peer = fileURLToPath(new URL("validate/parse-all.ts", import.meta.url));

/** As YAML and as JSON. */
function writeBoth(file: string, value: object): void {
  fs.writeFileSync(`${file}.yaml`, writeYaml(value));
  fs.writeFileSync(`${file}.json`, JSON.stringify(value));
}

function definitionOf(names: readonly string[]): object {
  return {
    version: 1,
    resourceGroup: "dr",
    vault: { name: "dr-vault" },
    azure: { storageAccounts: [{ name: "replicas" }], networks: [{ name: "recovery-net" }] },
    policies: [{ name: "five", replicationInterval: 300 }],
    sites: [
      {
        name: "london",
        hosts: [{ name: "hv1", inventory: "hosts/hv1" }],
        policy: "five",
        networkMappings: [{ from: "production", to: "recovery-net" }],
      },
    ],
    machines: names.map((name) => ({ name })),
  };
}

function makeWork(folder: string): void {
  const names = Array.from({ length: count }, (_, index) => `m${index}`);
  for (const name of names) {
    const machine = path.join(folder, "hosts/hv1", name);
    fs.mkdirSync(machine, { recursive: true });
    writeBoth(path.join(machine, "machine"), machineDefinition(name, ["os", "data"]));
    for (const disk of ["os", "data"]) fs.writeFileSync(path.join(machine, `${disk}.img`), "x");
  }
  writeBoth(path.join(folder, "siterecovery"), definitionOf(names));
  writeBoth(path.join(folder, "wrong"), definitionOf(names.map((name) => `no-${name}`)));
}

interface Contender {
  readonly name: string;
  readonly args: readonly string[];
  readonly code: number;
}

function secondsOf({ name, args, code }: Contender): number {
  const started = performance.now();
  const run = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (run.status !== code) throw new Error(`${name} ended with ${run.status}: ${run.stderr.slice(-2_000)}`);
  return (performance.now() - started) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;
}

export function benchValidate(runs: number): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-bench-"));
  const validate = (name: string, file: string, code: number): Contender => {
    return { name, args: [command, "validate", path.join(folder, file)], code };
  };
  const parse = (name: string, format: string): Contender => ({
    name,
    args: [peer, folder, format],
    code: 0,
  });
  const contenders = [
    validate("validate, all right", "siterecovery.yaml", 0),
    validate("validate, every name wrong", "wrong.yaml", 1),
    parse("parse the same texts with `yaml`, check nothing", "yaml"),
    parse("the same documents with JSON.parse, check nothing", "json"),
  ];
  try {
    makeWork(folder);
    const times = contenders.map(() => [] as number[]);
    for (let run = 0; run < runs; run += 1) {
      for (const [index, contender] of contenders.entries()) times[index]!.push(secondsOf(contender));
    }
    const medians = times.map(median);
    const beside = medians[2]!;
    const rows = contenders.map(({ name }, index) => {
      const seconds = medians[index]!;
      return `| ${name} | ${seconds.toFixed(2)} s | ${(seconds / beside).toFixed(2)} × |`;
    });
    return [
      `${count} machines; ${os.availableParallelism()} cores, Node ${process.version}; medians of ${runs} runs.`,
      "",
      "| process | time | beside `yaml` |",
      "| --- | --- | --- |",
      ...rows,
    ].join("\n");
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
