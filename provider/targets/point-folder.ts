/**
 * The recovery points of one machine: a sealed file each, `<sequence>-<id>.point`, and a roster that names
 * them all. A point counts from the moment its file has its name; the roster is written right after, so that
 * a file that somebody deletes is missed. Dropping goes the other way round: roster first, then the files.
 */
import path from "node:path";
import { type FileSystem, writeAtomically } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { systemRandom } from "../random.ts";
import { countedAtOf, elapsedBetween } from "./counted-time.ts";
import { damagedObject } from "./damaged-object.ts";
import type { KeyRing } from "./key-ring.ts";
import { readWholeFile } from "./read-whole-file.ts";
import { contentIdOf, type PointIdentity, type RecoveryPoint } from "./recovery-point.ts";
import { openSealedObject, sealObject } from "./sealed-object.ts";

export type PointDraft = Omit<
  RecoveryPoint,
  "machineId" | "sequence" | "contentId" | "countedAt" | "processed"
>;

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
}

export class PointFolder {
  readonly folder: string;
  readonly rosterPath: string;
  readonly #files: FileSystem;
  readonly #ring: KeyRing;
  readonly #machineId: string;

  constructor(files: FileSystem, ring: KeyRing, folder: string, machineId: string) {
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

  /** File names that the roster names and the folder lacks: somebody has deleted them. Throws `Damaged`. */
  missingNames(): string[] {
    const present = new Set(this.#namesInFolder());
    return this.#readRoster().names.filter((name) => !present.has(name));
  }

  /** File names in the folder that do not count: what an interrupted drop has left, or somebody has put there. */
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
        if (!(error instanceof SiteRecoveryError) || error.code !== "Damaged") throw error;
      }
    }
    return undefined;
  }

  /** All points, oldest first. With `onDamaged`, damaged ones are told and left out. */
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
    // Names of files that somebody has deleted stay, so that they are missed until retention has passed them.
    const names = [...new Set([...(roster?.names ?? []), ...this.names()])].sort();
    const sequence = Math.max(afterSequence, lastOnRoster, ...this.#namesInFolder().map(sequenceOf)) + 1;
    const before = this.newestReadable();
    const countedAt = before ? countedAtOf(before) + elapsedBetween(before, draft) : draft.takenAt;
    const named = { ...draft, machineId: this.#machineId, sequence, countedAt };
    const point: RecoveryPoint = { ...named, contentId: contentIdOf(named), processed: true };
    onNamed?.(point);
    const name = nameOf(point);
    const sealed = sealObject(
      this.#ring,
      { kind: "point", objectId: systemRandom.bytes(16), scope: this.#machineId },
      point,
    );
    writeAtomically(this.#files, path.join(this.folder, name), sealed);
    this.#writeRoster({ lastSequence: sequence, names: [...names, name] });
    return point;
  }

  /** Drops points by id, and clears what an interrupted drop or publication left. */
  drop(pointIds: ReadonlySet<string>): void {
    const names = this.names();
    const roster = this.#rosterIfSound();
    const kept = names.filter((name) => !pointIds.has(pointIdOf(name)));
    const last = Math.max(roster?.lastSequence ?? 0, ...names.map(sequenceOf));
    const oldest = Math.min(...kept.map(sequenceOf));
    const missed = roster?.names.filter((name) => !names.includes(name) && sequenceOf(name) > oldest) ?? [];
    if (kept.length !== names.length) {
      this.#writeRoster({ lastSequence: last, names: [...kept, ...missed].sort() });
    }
    const staying = new Set([...kept, path.basename(this.rosterPath)]);
    for (const name of this.#files.list(this.folder)) {
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
      if (error instanceof SiteRecoveryError && ["Damaged", "NotFound"].includes(error.code))
        return undefined;
      throw error;
    }
  }

  #writeRoster(roster: Roster): void {
    const name = { kind: "roster", objectId: systemRandom.bytes(16), scope: this.#machineId } as const;
    writeAtomically(this.#files, this.rosterPath, sealObject(this.#ring, name, roster));
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
