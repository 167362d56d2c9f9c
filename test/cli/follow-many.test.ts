/**
 * `replicate --follow` with more machines due than it gets through at once: it stops within seconds, and its heap does not
 * grow. `SITERECOVERY_MACHINES` says how many, `SITERECOVERY_FOLLOW_SECONDS` for how long they are followed.
 */
import { randomBytes } from "node:crypto";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { FlowSite } from "../engine/flow-site.ts";
import { TurningClock } from "../turning-clock.ts";
import { type Ended, startProgram } from "./run-program.ts";

const machinesInNpmTest = 24;
const machineCount = Number(process.env["SITERECOVERY_MACHINES"] ?? machinesInNpmTest);
const seconds = Number(process.env["SITERECOVERY_FOLLOW_SECONDS"] ?? 0);
const timeout = (600 + seconds) * 1000;

let site: FlowSite;
beforeAll(async () => {
  const machines = Array.from({ length: machineCount }, (_, index) => `m${index}`);
  // Protected ten minutes ago: all of them are due.
  const clock = new TurningClock(Date.now() - 600_000);
  site = await FlowSite.make({ flow: "S3", machines, content: randomBytes(65_536), clock });
  const settings = { instanceType: "HyperVReplicaAzure", replicationInterval: 30 };
  await site.changePolicy(settings);
  for (const name of machines) await site.protect(name);
  const hook = pathToFileURL(path.resolve(import.meta.dirname, "report-heap.mjs"));
  vi.stubEnv("NODE_OPTIONS", `--import ${hook.href}`);
}, timeout);
afterAll(() => {
  vi.unstubAllEnvs();
  site.remove();
});

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

class Service {
  readonly #child: ReturnType<typeof startProgram>["child"];
  readonly #ended: Promise<Ended>;
  #lines = "";
  #errors = "";

  constructor() {
    const { child, ended } = startProgram(site.engine.homeFolder, "replicate", "--follow");
    this.#child = child;
    this.#ended = ended;
    child.stdout!.on("data", (data: Buffer) => (this.#lines += data.toString()));
    child.stderr!.on("data", (data: Buffer) => (this.#errors += data.toString()));
  }

  get cycles(): number {
    return this.#lines.split("recovery point ").length - 1;
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.#child.exitCode !== null) throw new Error(`It ended by itself: ${this.#errors}`);
      await pause(5);
    }
  }

  async heapBytes(): Promise<number> {
    const all = (): string[] => this.#errors.match(/(?<=heap in use: )\d+/g) ?? [];
    const before = all().length;
    this.#child.kill("SIGUSR2");
    await this.until(() => all().length > before);
    return Number(all().at(-1));
  }

  /** Returns how it ended, and after how many milliseconds. */
  async stop(signal: NodeJS.Signals): Promise<Ended & { milliseconds: number }> {
    const began = performance.now();
    this.#child.kill(signal);
    const ended = await this.#ended;
    return { ...ended, milliseconds: performance.now() - began };
  }
}

it.each(["SIGINT", "SIGTERM"] as const)(
  "%s stops it within seconds while most machines are still due",
  { timeout },
  async (signal) => {
    const service = new Service();
    await service.until(() => service.cycles >= 3);
    const stopped = await service.stop(signal);
    expect(stopped.stderr).toContain("Stopping: the cycles that run are finished first.");
    expect([stopped.code, stopped.milliseconds < 10_000]).toEqual([0, true]);
    expect(service.cycles).toBeLessThan(machineCount);
  },
);

it.runIf(seconds > 0)(
  "its heap is no larger after a long time than after a short one",
  { timeout },
  async () => {
    const service = new Service();
    await pause((seconds * 1000) / 5);
    const before = await service.heapBytes();
    await pause((seconds * 4000) / 5);
    const after = await service.heapBytes();
    const stopped = await service.stop("SIGTERM");
    process.stdout.write(
      `${machineCount} machines, ${service.cycles} cycles in ${seconds} s: ${before} bytes of heap after a fifth of the time, ${after} at the end; stopped in ${Math.round(stopped.milliseconds)} ms\n`,
    );
    expect(after).toBeLessThan(before * 1.2);
  },
);
