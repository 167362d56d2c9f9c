/** The kill harness of the data plane, with replicas on a server of object storage. */
import { afterAll, expect, it } from "vitest";
import type { StoreLocation } from "../../../provider/replica/store-location.ts";
import { Lane } from "../replication/kills/lane.ts";
import type { Phase } from "../replication/kills/phases.ts";

/** How many processes are killed on each server. SITERECOVERY_SEED repeats the steps of a run. */
const kills = Number(process.env["SITERECOVERY_REMOTE_KILLS"] ?? 6);
const firstSeed = Number(process.env["SITERECOVERY_SEED"] ?? Date.now() % 1_000_000);
const killsPerMachine = 16;

export function describeKills(
  title: string,
  newPlace: () => Promise<(folder: string) => StoreLocation>,
): void {
  const landed = new Map<Phase, number>();
  afterAll(() => {
    const counts = [...landed].map(([phase, count]) => `${phase} ${count}`).join(", ");
    process.stdout.write(`${title}: ${kills} kills from seed ${firstSeed}: ${counts}\n`);
  });

  it(
    `${title}: after kill -9 at ${kills} moments nothing acknowledged is lost, and no point turns wrong`,
    { timeout: 60_000 + kills * 20_000 },
    async () => {
      let lane: Lane | undefined;
      for (let number = 0; number < kills; number += 1) {
        if (number % killsPerMachine === 0) {
          lane?.remove();
          lane = new Lane(number % (3 * killsPerMachine) === 0 ? 1 : 0, await newPlace());
        }
        const phase = await lane!.killOnce(firstSeed + number, number).catch((error: unknown) => {
          const where = `kill ${number} with SITERECOVERY_SEED=${firstSeed}, files in ${lane!.folder}`;
          throw new Error(where, { cause: error });
        });
        landed.set(phase, (landed.get(phase) ?? 0) + 1);
      }
      lane?.remove();
      expect(landed.size).toBeGreaterThan(1);
    },
  );
}
