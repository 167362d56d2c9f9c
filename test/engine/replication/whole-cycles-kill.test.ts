import { afterAll, expect, it } from "vitest";
import { Lane } from "./kills/lane.ts";
import { phases, type Phase } from "./kills/phases.ts";

/**
 * How many processes are killed. SITERECOVERY_SEED repeats the steps of a run, and the kills at calls; those at
 * moments fall where they fall.
 */
const kills = Number(process.env["SITERECOVERY_KILLS"] ?? 100);
const firstSeed = Number(process.env["SITERECOVERY_SEED"] ?? Date.now() % 1_000_000);
const killsPerMachine = 25;
const laneCount = 2;
/** Every so many machines one has a disk large enough for a worker thread. */
const machinesPerThreads = 6;
const landed = new Map<Phase, number>(phases.map((phase) => [phase, 0]));

afterAll(() => {
  const counts = [...landed].map(([phase, count]) => `${phase} ${count}`).join(", ");
  process.stdout.write(`${kills} kills from seed ${firstSeed}: ${counts}\n`);
});

it(
  `[V2A-3][H2A-3] kill -9 at ${kills} points of whole cycles: nothing acknowledged is lost, no point turns wrong`,
  { timeout: 60_000 + kills * 2000 },
  async () => {
    let next = 0;
    let machines = 0;
    const newLane = (): Lane => new Lane(machines++ % machinesPerThreads === 1 ? 1 : 0);
    const run = async (): Promise<void> => {
      let lane = newLane();
      for (let count = 0; next < kills; count += 1) {
        const number = next;
        next += 1;
        if (count > 0 && count % killsPerMachine === 0) {
          lane.remove();
          lane = newLane();
        }
        const phase = await lane.killOnce(firstSeed + number, number).catch((error: unknown) => {
          const where = `kill ${number} with SITERECOVERY_SEED=${firstSeed}, files in ${lane.folder}`;
          throw new Error(where, { cause: error });
        });
        landed.set(phase, landed.get(phase)! + 1);
      }
      lane.remove();
    };
    await Promise.all(Array.from({ length: laneCount }, run));
    if (kills < 20 * phases.length) return;
    expect(
      [...landed].filter(([, count]) => count === 0),
      "phases that no kill met",
    ).toEqual([]);
  },
);
