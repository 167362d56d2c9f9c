import path from "node:path";
import pico from "picocolors";
import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import type { ReplicaCheck, DamagedObject, ItemLocks } from "../engine/upkeep/verify-replicas.ts";
import type { SiteRecoveryError } from "../errors.ts";
import { isExpected } from "../errors.ts";
import { formatBytes } from "../format-bytes.ts";
import { CliCommand } from "./cli-command.ts";
import { exitCodes, worstExitCode } from "./exit-codes.ts";
import type { VerifyJson, VerifyLocksJson } from "./json/upkeep.ts";
import { formatTable, formatTime } from "./format.ts";
import { replicaHoldersNamed, openSession, printJson } from "./session.ts";
import { stoppable } from "./stoppable.ts";
import { isoTime, isoTimeOrNull } from "./times.ts";

interface Outcome {
  readonly holderId: string;
  readonly check?: ReplicaCheck;
  readonly error?: SiteRecoveryError;
}

async function verifyOne(engine: Engine, holderId: string): Promise<Outcome> {
  try {
    const check = await stoppable(nameOf(holderId), (progress) => engine.upkeep.verify(holderId, progress));
    return { holderId, check };
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { holderId, error };
  }
}

function toJson({ holderId, check, error }: Outcome): VerifyJson {
  const name = { target: nameOf(holderId), id: holderId };
  if (error) return { ...name, error: { code: error.code, message: error.message } };
  const {
    objectsRead,
    bytesRead,
    durationMilliseconds,
    pointCount,
    soundPointCount,
    damaged,
    itemsToResync,
    locks,
  } = check!;
  const toDamaged = ({ objectPath, why, itemId, points }: DamagedObject) => ({
    object: objectPath,
    why,
    machine: itemId === undefined ? null : nameOf(itemId),
    recoveryPoints: points.map(({ id, takenAt }) => ({
      id,
      time: isoTimeOrNull(takenAt),
    })),
  });
  const counts = { objectsRead, bytesRead, durationMilliseconds, recoveryPoints: pointCount };
  const machinesToResync = itemsToResync.map(nameOf);
  return {
    ...name,
    ...counts,
    soundRecoveryPoints: soundPointCount,
    damaged: damaged.map(toDamaged),
    machinesToResync,
    ...(locks === undefined ? {} : { locks: locks.map(locksJson) }),
  };
}

function locksJson({ itemId, lockedCount, unlockedCount, points }: ItemLocks): VerifyLocksJson {
  return {
    machine: nameOf(itemId),
    lockedObjects: lockedCount,
    unlockedObjects: unlockedCount,
    recoveryPoints: points.map(({ id, takenAt, lockedUntil }) => ({
      id,
      time: isoTime(takenAt),
      lockedUntil: isoTimeOrNull(lockedUntil),
    })),
  };
}

/** One line a machine: from when to when its points are locked. */
function printLocks({ itemId, unlockedCount, points }: ItemLocks): void {
  const ends = points.flatMap(({ lockedUntil }) => lockedUntil ?? []);
  const open = points.length - ends.length;
  const name = nameOf(itemId);
  if (ends.length > 0) {
    const [first, last] = [formatTime(Math.min(...ends)), formatTime(Math.max(...ends))];
    const until =
      first === last ? `until ${first}` : `until ${first} (the oldest lock) to ${last} (the newest)`;
    process.stdout.write(
      `${name}: ${ends.length} ${ends.length === 1 ? "recovery point is" : "recovery points are"} locked ${until}\n`,
    );
  }
  if (open > 0) {
    process.stdout.write(
      `${pico.yellow("not locked")}: ${name}: ${open} ${open === 1 ? "recovery point" : "recovery points"}, ${unlockedCount} objects\n`,
    );
  }
}

const head = ["TARGET", "OBJECTS", "READ", "TOOK", "POINTS", "SOUND", "DAMAGED OBJECTS"];

function toRow({ holderId, check }: Outcome): string[] {
  if (!check) return [nameOf(holderId), "-", "-", "-", "-", "-", pico.yellow("not verified")];
  const count = check.damaged.length;
  return [
    nameOf(holderId),
    String(check.objectsRead),
    formatBytes(check.bytesRead),
    `${(check.durationMilliseconds / 1000).toFixed(1)} s`,
    String(check.pointCount),
    String(check.soundPointCount),
    count === 0 ? pico.green("none") : pico.red(String(count)),
  ];
}

function printDamaged(engine: Engine, { objectPath, why, itemId, points }: DamagedObject): void {
  process.stdout.write(`${pico.red("damaged")}: ${path.relative(engine.homeFolder, objectPath)}: ${why}\n`);
  const machine = itemId === undefined ? "a machine that is protected no more" : nameOf(itemId);
  if (points.length === 0) process.stdout.write("  no recovery point needs it\n");
  for (const { id, takenAt } of points) {
    const time = takenAt === undefined ? "time unknown" : formatTime(takenAt);
    process.stdout.write(`  ${machine}: recovery point ${id} (${time}) cannot be restored in full\n`);
  }
}

function printTable(engine: Engine, outcomes: readonly Outcome[]): void {
  process.stdout.write(`${formatTable(head, outcomes.map(toRow))}\n`);
  const damaged = outcomes.flatMap(({ check }) => check?.damaged ?? []);
  for (const each of damaged) printDamaged(engine, each);
  for (const locks of outcomes.flatMap(({ check }) => check?.locks ?? [])) printLocks(locks);
  for (const id of outcomes.flatMap(({ check }) => check?.itemsToResync ?? [])) {
    process.stdout.write(
      `Next: \`siterecovery replicate ${nameOf(id)} --resync\` sends again what is lost, as a new recovery point.\n`,
    );
  }
  if (damaged.some(({ points }) => points.length > 0)) {
    process.stdout.write(
      "The recovery points named above stay damaged until retention drops them; all others can be used.\n",
    );
  }
  if (outcomes.every(({ check }) => check?.damaged.length === 0)) {
    process.stdout.write("Sound: every stored byte was read and is what was written.\n");
  }
}

function exitCodeOfOutcome({ check, error }: Outcome): number {
  // Whatever kept it from being read, a wrong key too: nothing is known of it.
  if (error) return exitCodes.notYet;
  return check!.damaged.length > 0 ? exitCodes.refused : exitCodes.done;
}

/** `siterecovery verify`: reads all that is stored, and names what is damaged and which points it hurts. */
export function verifyCommand(): CliCommand {
  return new CliCommand("verify")
    .group("upkeep")
    .exits("notYet", "interrupted", "terminated")
    .description("read everything that is stored; name what is damaged and the recovery points that it hurts")
    .option(
      "--target <name...>",
      "which storage accounts, master targets, storage classifications or hosts (default: all that keep replicas)",
    )
    .json("verify")
    .example("verify --target drreplicas", "read one storage account")
    .action(async (flags: { target?: string[]; json?: boolean }, command: CliCommand) => {
      const engine = await openSession(command);
      const outcomes: Outcome[] = [];
      for (const id of replicaHoldersNamed(engine, flags.target)) outcomes.push(await verifyOne(engine, id));
      for (const { holderId, error } of outcomes) {
        if (error) process.stderr.write(`${nameOf(holderId)}: error: ${error.message}\n`);
      }
      if (flags.json === true) printJson("verify", outcomes.map(toJson));
      else if (outcomes.length === 0) process.stdout.write("Nothing keeps replicas yet.\n");
      else printTable(engine, outcomes);
      process.exitCode = worstExitCode(outcomes.map(exitCodeOfOutcome));
    });
}
