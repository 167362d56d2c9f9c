import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { blockSizeBytes } from "../../../provider/disks/disk.ts";
import { commands, type Model } from "./model/commands.ts";
import { RealMachine } from "./model/real-machine.ts";

/** More of them: SITERECOVERY_MODEL_RUNS. A failure prints its seed and path; SITERECOVERY_SEED repeats a run. */
const numRuns = Number(process.env["SITERECOVERY_MODEL_RUNS"] ?? 60);
const seed = Number(process.env["SITERECOVERY_SEED"] ?? Date.now() % 0x7fff_ffff);

afterAll(() => {
  const { count, bytes } = RealMachine.restores;
  process.stdout.write(
    `${numRuns} runs from seed ${seed}: ${count} disks went to the target and back, ${bytes} bytes were compared\n`,
  );
});

const diskSize = fc
  .record({ blocks: fc.integer({ min: 1, max: 12 }), rest: fc.constantFrom(0, 1, 777, blockSizeBytes - 1) })
  .map(({ blocks, rest }) => blocks * blockSizeBytes - rest);

/** In the end every point reads as it should, and so does one more. */
async function finish(model: Model, real: RealMachine): Promise<void> {
  const kind = model.points.size === 0 ? "initial" : "delta";
  const pointId = await real.copy(await real.snapshot(), kind);
  model.points.set(pointId, model.disks);
  for (const [id, disks] of model.points) {
    for (const [disk, expected] of disks.entries()) {
      expect((await real.restored(id, disk)).equals(expected), `point ${id}, disk ${disk}`).toBe(true);
    }
  }
  expect((await real.store.verify(() => undefined)).findingCount).toBe(0);
}

it(
  "[V2A-2] [HW-4a] any sequence of writes, cycles, faults, restarts, retention, restores and attached disks equals plain memory",
  { timeout: 60_000 + numRuns * 2000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(diskSize, { minLength: 1, maxLength: 3 }),
        fc.commands(commands, { maxCommands: 40, size: "max" }),
        async (diskSizes, steps) => {
          const real = new RealMachine(diskSizes);
          const model: Model = { disks: diskSizes.map((size) => Buffer.alloc(size)), points: new Map() };
          try {
            await real.open();
            await fc.asyncModelRun(() => ({ model, real }), steps);
            await finish(model, real);
          } finally {
            await real.remove();
          }
        },
      ),
      { numRuns, seed },
    );
  },
);
