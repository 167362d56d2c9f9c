/** What the simulation holds the engine to. A failure carries the name of the promise that was broken. */
export const promises = {
  oneActiveSide: "never two active sides of one machine",
  plannedLosesNothing: "a planned failover loses no write",
  unplannedLosesNoMore: "an unplanned failover loses no more than what came after its recovery point",
  oneInstant: "machines of a group recover to one instant",
  noSilentChange: "the newest point holds what the disk holds, whoever wrote it, or the cycle is refused",
  deltaOnItsPoint:
    "a delta is added to the very point that was written last, on a target that holds all of it",
  rightMachine: "a machine of the same name is never taken for the one that is protected",
  othersStay: "what was not made for an item is neither written over nor removed",
  leftDisksStay:
    "what was written at the primary side after a failover is overwritten by no way back unasked",
  waitingDisksStay:
    "what was written at the primary side while an interrupted way back waits is overwritten by no resume",
  ownersDecide: "an item is changed and deleted by the resource that owns it alone",
  oldDatabaseHarmless: "a database that was put back changes no machine that has moved since",
  acknowledgedPointSurvives: "a recovery point goes by its age alone",
  wokenChangesNothing: "a process that was frozen while another took over changes nothing when it wakes up",
  aWayOn: "every state is left by some allowed action",
  jobsEnd: "each job ends",
  runsOnce: "no job runs twice",
  pointsAreWhole: "a recovery point holds what the disk held at one step",
  bytesStay: "a disk holds only what was written to it",
  knownErrors: "an error is one that the engine has a word for, and is expected here",
} as const;

export type PromiseName = keyof typeof promises;

export class BrokenPromise extends Error {
  readonly promise: PromiseName;

  constructor(promise: PromiseName, found: string, cause?: unknown) {
    super(`${promises[promise]}: ${found}`, { cause });
    this.promise = promise;
  }
}

/** Throws `BrokenPromise`, saying what was found, unless that is true. */
export function hold(promise: PromiseName, isTrue: boolean, found: string): void {
  if (!isTrue) throw new BrokenPromise(promise, found);
}
