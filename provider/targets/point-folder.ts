/**
 * The recovery points of one machine: a sealed file each, `<sequence>-<id>.point`, and a roster that names
 * them all. A point counts from the moment its file has its name; the roster is written right after, so that
 * a deleted file is missed. Dropping goes the other way round: roster first, then the files.
 */
import path from "node:path";
import { type FileSystem, writeAtomically } from "../blocks/file-system.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { systemRandom } from "../random.ts";
import { countedAtOf, elapsedBetween } from "./counted-time.ts";
import { damagedObject } from "./damaged-object.ts";
import type { KeyRing } from "./key-ring.ts";
import type { WriterEpoch } from "./lock-file.ts";
import { readWholeFile } from "./read-whole-file.ts";
import { contentIdOf, type PointIdentity, type RecoveryPoint } from "./recovery-point.ts";
import { openSealedObject, sealObject } from "./sealed-object.ts";
import { said } from "../message.ts";

export type PointDraft = Omit<
  RecoveryPoint,
  "machineId" | "sequence" | "contentId" | "countedAt" | "engineId" | "epoch" | "processed"
>;

/** What is asked before anything of a machine's recovery points changes. */
export interface PointGuard {
  /** Under which lease the points are changed now, or `undefined` for a writer without one. */
  writer(): WriterEpoch | undefined;
  /** Throws `LeaseLost` when another process has taken the machine's lock over. */
  check(): void;
  /** Where files of the folder are written before they get their names; `undefined`: beside them. */
  workFolder(): string | undefined;
}

const noGuard: PointGuard = {
  writer: () => undefined,
  check: () => undefined,
  workFolder: () => undefined,
};

export interface Publication {
  /** The number of the last point that the writer knows of: the new one gets a higher number. Default 0. */
  readonly afterSequence?: number;
  /** Called with the point before its file appears, so that its writer recognises it after a crash. */
  readonly onNamed?: (point: PointIdentity) => void;
}

interface Roster {
  readonly lastSequence: number;
  /** File names of the points that count, in order. */
  readonly names: readonly string[];
  /** By engine: the latest epoch that it has written under. Absent in rosters of earlier versions. */
  readonly epochs?: Readonly<Record<string, number>>;
}

export class PointFolder {
  readonly folder: string;
  readonly rosterPath: string;
  readonly #files: FileSystem;
  readonly #ring: KeyRing;
  readonly #machineId: string;

  readonly #guard: PointGuard;

  constructor(
    files: FileSystem,
    ring: KeyRing,
    place: { folder: string; machineId: string },
    guard: PointGuard = noGuard,
  ) {
    const { folder, machineId } = place;
    this.#guard = guard;
    this.#files = files;
    this.#ring = ring;
    this.folder = folder;
    this.#machineId = machineId;
    this.rosterPath = path.join(folder, "roster.sealed");
  }

  prepare(): void {
    if (!this.#files.exists(this.rosterPath)) this.#writeRoster({ lastSequence: 0, names: [] });
  }

  /** File names of the points that count, oldest first. */
  names(): string[] {
    const roster = this.#rosterIfSound();
    const onRoster = new Set(roster?.names);
    // A file that the roster should know and does not was being dropped when the process ended.
    return this.#namesInFolder().filter(
      (name) => roster === undefined || onRoster.has(name) || sequenceOf(name) > roster.lastSequence,
    );
  }

  /** File names that the roster names and the folder lacks: they were deleted. Throws `Damaged`. */
  missingNames(): string[] {
    const present = new Set(this.#namesInFolder());
    return this.#readRoster().names.filter((name) => !present.has(name));
  }

  /** File names in the folder that do not count: what an interrupted drop has left, or what was put there. */
  leftNames(): string[] {
    const counting = new Set(this.names());
    return this.#namesInFolder().filter((name) => !counting.has(name));
  }

  read(name: string): RecoveryPoint {
    const filePath = path.join(this.folder, name);
    const sealedName = { kind: "point", scope: this.#machineId } as const;
    const bytes = readWholeFile(this.#files, filePath);
    const point = openSealedObject(this.#ring, sealedName, bytes, filePath).content as RecoveryPoint;
    if (nameOf(point) !== name) throw damagedObject(filePath, "it is another recovery point's file");
    if (point.contentId !== undefined && point.contentId !== contentIdOf(point)) {
      throw damagedObject(filePath, "its content id is not that of its content");
    }
    return point;
  }

  latest(): RecoveryPoint | undefined {
    const name = this.names().at(-1);
    return name === undefined ? undefined : this.read(name);
  }

  /** The newest point whose file can be read. */
  newestReadable(): RecoveryPoint | undefined {
    for (const name of this.names().reverse()) {
      try {
        return this.read(name);
      } catch (error) {
        if (!hasCode(error, "Damaged")) throw error;
      }
    }
    return undefined;
  }

  /** All points, oldest first. With `onDamaged`, damaged ones are reported and left out. */
  all(onDamaged?: (error: Error, name: string) => void): RecoveryPoint[] {
    return this.names().flatMap((name) => {
      try {
        return [this.read(name)];
      } catch (error) {
        if (onDamaged === undefined || !(error instanceof SiteRecoveryError)) throw error;
        onDamaged(error, name);
        return [];
      }
    });
  }

  find(pointId: string): RecoveryPoint | undefined {
    const name = this.names().find((candidate) => pointIdOf(candidate) === pointId);
    return name === undefined ? undefined : this.read(name);
  }

  publish(draft: PointDraft, { afterSequence = 0, onNamed }: Publication = {}): RecoveryPoint {
    const roster = this.#rosterIfSound();
    const lastOnRoster = roster?.lastSequence ?? 0;
    // Names of deleted files stay, so that they are missed until retention has passed them.
    const names = [...new Set([...(roster?.names ?? []), ...this.names()])].sort();
    const sequence = Math.max(afterSequence, lastOnRoster, ...this.#namesInFolder().map(sequenceOf)) + 1;
    const writer = this.#requireEpoch(roster);
    const before = this.newestReadable();
    const countedAt = before ? countedAtOf(before) + elapsedBetween(before, draft) : draft.takenAt;
    const named = { ...draft, ...writer, machineId: this.#machineId, sequence, countedAt };
    const point: RecoveryPoint = { ...named, contentId: contentIdOf(named), processed: true };
    onNamed?.(point);
    const name = nameOf(point);
    const sealed = sealObject(
      this.#ring,
      { kind: "point", objectId: systemRandom.bytes(16), scope: this.#machineId },
      point,
    );
    this.#write(name, sealed);
    this.#writeRoster({ ...roster, lastSequence: sequence, names: [...names, name] });
    return point;
  }

  /** Drops points by id, and clears what an interrupted drop or publication left. */
  drop(pointIds: ReadonlySet<string>): void {
    const names = this.names();
    const roster = this.#rosterIfSound();
    this.#requireEpoch(roster);
    const kept = names.filter((name) => !pointIds.has(pointIdOf(name)));
    const last = Math.max(roster?.lastSequence ?? 0, ...names.map(sequenceOf));
    const oldest = Math.min(...kept.map(sequenceOf));
    const missed = roster?.names.filter((name) => !names.includes(name) && sequenceOf(name) > oldest) ?? [];
    if (kept.length !== names.length) {
      this.#writeRoster({ ...roster, lastSequence: last, names: [...kept, ...missed].sort() });
    }
    const staying = new Set([...kept, path.basename(this.rosterPath)]);
    const present = this.#files.list(this.folder);
    // Asked after looking: a point of a process that takes over now is not among those that go.
    this.#guard.check();
    for (const name of present) {
      if (!staying.has(name)) this.#files.remove(path.join(this.folder, name));
    }
    this.#files.syncFolder(this.folder);
  }

  #namesInFolder(): string[] {
    return this.#files.list(this.folder).filter((name) => /^\d{12}-[0-9a-f-]{36}\.point$/.test(name));
  }

  #readRoster(): Roster {
    const bytes = readWholeFile(this.#files, this.rosterPath);
    const name = { kind: "roster", scope: this.#machineId } as const;
    return openSealedObject(this.#ring, name, bytes, this.rosterPath).content as Roster;
  }

  /** A lost roster costs the proof that no point was deleted, nothing else; verification reports it. */
  #rosterIfSound(): Roster | undefined {
    try {
      return this.#readRoster();
    } catch (error) {
      if (hasCode(error, "Damaged", "NotFound")) return undefined;
      throw error;
    }
  }

  /** The latest epoch that an engine has written under; 0 before it has. */
  latestEpochOf(engineId: string, roster = this.#rosterIfSound()): number {
    const newest = this.newestReadable();
    const published = newest?.engineId === engineId ? (newest.epoch ?? 0) : 0;
    return Math.max(roster?.epochs?.[engineId] ?? 0, published);
  }

  /** Throws `LeaseLost` when this engine has written under a later epoch than the one of now. */
  #requireEpoch(roster: Roster | undefined): WriterEpoch | undefined {
    const writer = this.#guard.writer();
    if (writer === undefined) return undefined;
    const latest = this.latestEpochOf(writer.engineId, roster);
    if (latest <= writer.epoch) return writer;
    const message = said`The replica in ${path.dirname(this.folder)} was written under a later lease (${latest}) than this process has
        (${writer.epoch}): another process has taken over, or the engine's database is an older copy. Look at
        \`siterecovery status\`; \`siterecovery replicate <item> --resync\` continues with this database.`;
    throw new SiteRecoveryError("LeaseLost", message, { target: this.folder });
  }

  /** Gives a file its name, unless another process has taken the machine's lock over. */
  #write(name: string, content: Uint8Array): void {
    const check = (): void => this.#guard.check();
    const workFolder = this.#guard.workFolder();
    const temporary = workFolder === undefined ? {} : { temporary: path.join(workFolder, name) };
    if (workFolder !== undefined) this.#files.makeFolder(workFolder);
    try {
      writeAtomically(this.#files, path.join(this.folder, name), content, { check, ...temporary });
    } catch (error) {
      // The folder is gone when the lock is: then that is what happened.
      check();
      throw error;
    }
  }

  #writeRoster(roster: Roster): void {
    const name = { kind: "roster", objectId: systemRandom.bytes(16), scope: this.#machineId } as const;
    const writer = this.#guard.writer();
    const epochs = writer && { epochs: { ...roster.epochs, [writer.engineId]: writer.epoch } };
    const sealed = sealObject(this.#ring, name, { ...roster, ...epochs });
    this.#write(path.basename(this.rosterPath), sealed);
  }
}

function nameOf(point: RecoveryPoint): string {
  return `${String(point.sequence).padStart(12, "0")}-${point.id}.point`;
}

/** The recovery point's number, from the name of its file. */
export function sequenceOf(name: string): number {
  return Number(name.slice(0, 12));
}

/** The recovery point's id, from the name of its file. */
export function pointIdOf(name: string): string {
  return name.slice(13, -".point".length);
}
