/** What must be true after every step, whatever it was and however it ended. */
import { expect } from "vitest";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { requireAllowed } from "../../provider/model/allowed-actions.ts";
import { itemActions } from "../../provider/model/transitions.ts";
import { BrokenPromise, hold } from "./promises.ts";
import { type Machine, machines, type World } from "./world.ts";

/** Never two active sides; a failed step left the machine running where the engine says it does, or off. */
function checkSides(world: World, machine: Machine): void {
  const primary = world.isRunning(world.primaryImage(machine));
  const recovery = world.isRunning(world.recoveryImage(machine));
  // A site that is lost may go on running unseen: that is what an unplanned failover has to live with.
  if (!world.lost.areNone) return;
  // A source that was lost when its machine failed over is known, and shut down by the next action that finds it.
  if (world.find(machine)?.details.isSourceUnfenced === true) return;
  hold("oneActiveSide", !(primary && recovery), `${machine} runs at both`);
}

/** Every state is left by some allowed action, and what is not allowed is refused by name. */
function checkActions(world: World, machine: Machine): void {
  const item = world.find(machine);
  if (!item) return;
  const allowed = world.allowed(machine);
  hold("aWayOn", allowed.length > 0, `${machine} in ${item.state} can do nothing`);
  for (const action of itemActions) {
    if (allowed.includes(action)) continue;
    expect(() => requireAllowed(item, action)).toThrow(/is not allowed (now|while)/);
  }
}

function checkJobs(world: World): void {
  const open = world.site.engine
    .jobs({ limit: 50 })
    .filter(({ state }) => state === "InProgress" || state === "NotStarted");
  const names = open.map(({ scenario, state }) => `${scenario} (${state})`);
  hold("jobsEnd", open.length === 0, `nobody is at work, and still there are ${names.join(", ")}`);
}

/** An error is one that the engine has a word for, and none of ours. */
export function checkError(error: unknown): SiteRecoveryError {
  if (!(error instanceof SiteRecoveryError)) throw error;
  if (error.code === "Bug") throw new BrokenPromise("knownErrors", error.message, error);
  return error;
}

export function checkWorld(world: World): void {
  for (const machine of machines) {
    checkSides(world, machine);
    checkActions(world, machine);
  }
  checkJobs(world);
}
