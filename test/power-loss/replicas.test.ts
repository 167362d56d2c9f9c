import { expect, it } from "vitest";
import { checkReplica } from "./check-replica.ts";
import { samplingOf } from "./power-recorder.ts";
import { ReplicaRun } from "./replica-run.ts";

it(
  "power lost at any call of the data plane: acknowledged points, writes, keys and overlays survive",
  { timeout: 7_200_000 },
  async () => {
    const run = new ReplicaRun();
    await run.run();
    const sampling = samplingOf(60);
    const states = await run.recorder.check(sampling, checkReplica);
    process.stdout.write(
      `power lost in ${states} states of ${run.recorder.instants} instants, seed ${sampling.seed}\n`,
    );
    expect(states).toBeGreaterThan(sampling.statesMax);
  },
);
