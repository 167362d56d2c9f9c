/** The fault that the engine has in the test of the moment, by the name of the promise that it breaks; none: it is whole. */
import type { PromiseName } from "./promises.ts";

export const fault: { breaks: PromiseName | undefined } = { breaks: undefined };

type Call = (...words: never[]) => unknown;

/** A function of the engine's that does something else while the engine has a fault. */
export function faulty<Right extends Call>(breaks: PromiseName, right: Right, wrong: Right): Right {
  const call = (...words: Parameters<Right>): unknown => (fault.breaks === breaks ? wrong : right)(...words);
  return call as Right;
}

/** The first world that shows the fault. When others come first by a change of the simulation, the next ones are tried. */
export const firstSeeds: Readonly<Record<PromiseName, number>> = {
  oneActiveSide: 2,
  plannedLosesNothing: 9,
  unplannedLosesNoMore: 2,
  oneInstant: 4,
  noSilentChange: 2,
  deltaOnItsPoint: 8,
  rightMachine: 35,
  othersStay: 31,
  leftDisksStay: 116,
  waitingDisksStay: 1,
  ownersDecide: 39,
  oldDatabaseHarmless: 34,
  acknowledgedPointSurvives: 1,
  wokenChangesNothing: 10,
  aWayOn: 2,
  jobsEnd: 2,
  runsOnce: 3,
  pointsAreWhole: 2,
  bytesStay: 9,
  knownErrors: 2,
};
