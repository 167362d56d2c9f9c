/** Each promise of the simulation can be broken: an engine that breaks it is caught, and by the check that is meant for it. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../provider/engine/engine.ts";
import { SiteRecoveryError } from "../../provider/errors.ts";
import type { PromiseName } from "./promises.ts";
import { shrink, tell } from "./shrink.ts";
import { type Outcome, simulate } from "./simulate.ts";
import { type BreakEngine, type Machine, machines, type World } from "./world.ts";

/** So many seeds may pass before something was done that the broken engine does wrongly. */
const seedsMax = 100;

function machineOf(world: World, id: string): Machine {
  return machines.find((machine) => world.site.itemId(machine) === id)!;
}

function spoil(file: string): void {
  const bytes = fs.readFileSync(file);
  bytes[0] = bytes[0]! ^ 0xff;
  fs.writeFileSync(file, bytes);
}

/** After each failover of a kind something else happens too. */
function afterFailover(
  kind: "planned" | "unplanned",
  work: (world: World, machine: Machine) => void,
): BreakEngine {
  return ({ moves }, world) => {
    const right = moves.failover.bind(moves);
    moves.failover = async (id, choice, progress) => {
      await right(id, choice, progress);
      if (choice.kind === kind) work(world, machineOf(world, id));
    };
  };
}

const broken: Record<string, { promise: PromiseName; breakEngine: BreakEngine }> = {
  "leaves the source running": {
    promise: "oneActiveSide",
    breakEngine: afterFailover("unplanned", (world, machine) => {
      for (const image of [world.primaryImage(machine), world.recoveryImage(machine)!]) {
        fs.writeFileSync(path.join(path.dirname(image), "power-state"), "running");
      }
    }),
  },
  "loses a write in a planned failover": {
    promise: "plannedLosesNothing",
    breakEngine: afterFailover("planned", (world, machine) => spoil(world.activeImage(machine))),
  },
  "loses what a recovery point had": {
    promise: "unplannedLosesNoMore",
    breakEngine: afterFailover("unplanned", (world, machine) => spoil(world.activeImage(machine))),
  },
  "gives the machines of a group points of two instants": {
    promise: "oneInstant",
    breakEngine: (engine, world) => {
      const right = engine.recoveryPoints.bind(engine);
      engine.recoveryPoints = async (id) =>
        (await right(id)).map((point) => ({
          ...point,
          takenAt: point.takenAt + machines.indexOf(machineOf(world, id)),
        }));
    },
  },
  "has a state that nothing leaves": {
    promise: "aWayOn",
    breakEngine: (engine) => {
      const right = engine.findItem.bind(engine);
      engine.findItem = (id) => {
        const item = right(id);
        return item?.state.endsWith("Committed") === true
          ? { ...item, testFailoverState: "TestFailoverCompleted" as typeof item.testFailoverState }
          : item;
      };
    },
  },
  "forgets to end a job": {
    promise: "jobsEnd",
    breakEngine: (engine) => {
      const right = engine.jobs.bind(engine);
      engine.jobs = (filter) =>
        right(filter).map((job) =>
          job.scenario === "CommitFailover" ? { ...job, state: "InProgress" as const } : job,
        );
    },
  },
  "runs a job twice": {
    promise: "runsOnce",
    breakEngine: (engine) => {
      const right = engine.jobs.bind(engine);
      // What ended in a second process is there a second time.
      engine.jobs = (filter) =>
        right(filter).flatMap((job) => (filter.targetId === undefined ? [job, job] : [job]));
    },
  },
  "changes a disk in a commit": {
    promise: "bytesStay",
    breakEngine: ({ moves }, world) => {
      const right = moves.commit.bind(moves);
      moves.commit = async (id, progress) => {
        await right(id, progress);
        spoil(world.activeImage(machineOf(world, id)));
      };
    },
  },
  "has recovery points of no instant": {
    promise: "pointsAreWhole",
    breakEngine: (engine: Engine) => {
      const right = engine.points.export.bind(engine.points);
      engine.points.export = async (wanted, progress) => {
        const exported = await right(wanted, progress);
        spoil(wanted.toPath);
        return exported;
      };
    },
  },
  "fails with an error of ours": {
    promise: "knownErrors",
    breakEngine: ({ moves }) => {
      moves.commit = (id) =>
        Promise.reject(new SiteRecoveryError("Bug", "a commit that nobody foresaw", { target: id }));
    },
  },
};

async function firstFailure(breakEngine: BreakEngine): Promise<Outcome> {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const outcome = await simulate({ seed, breakEngine });
    if (outcome.failure) return outcome;
  }
  throw new Error(`Nothing was found in ${seedsMax} worlds.`);
}

describe("a broken engine is caught by the simulation: one that", () => {
  for (const [name, { promise, breakEngine }] of Object.entries(broken)) {
    it(name, async () => {
      const { failure } = await firstFailure(breakEngine);
      expect(failure).toMatchObject({ promise });
    });
  }

  it("and is told in the fewest turns that show it, with the command that does them again", async () => {
    const { breakEngine } = broken["loses what a recovery point had"]!;
    const found = await firstFailure(breakEngine);
    const small = await shrink(found, breakEngine);
    expect(small.turns.length).toBeLessThan(found.turns.length);
    expect(small.failure).toMatchObject({ promise: "unplannedLosesNoMore" });
    const { seed, turns } = small;
    expect(await simulate({ seed, turns, breakEngine })).toEqual(small);
    for (const turn of turns) {
      const { failure } = await simulate({
        seed,
        turns: turns.filter((other) => other !== turn),
        breakEngine,
      });
      expect(failure?.promise).not.toBe("unplannedLosesNoMore");
    }
    expect(tell(small)).toContain(`npm run simulate -- --seed ${seed} --turns ${turns.join(",")}`);
    expect(tell(small)).toMatch(/^ +\d+ {2}unplanned failover of (db1|web1)$/m);
  });
});
