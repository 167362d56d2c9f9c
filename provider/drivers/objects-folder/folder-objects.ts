/**
 * Objects in a folder: a file each, under the object's name. A file gets its name when it is whole and on the device. What
 * is still being written ends in `.new`; locks, pins and files that are being prepared are no objects.
 */
import path from "node:path";
import type { FileSystem } from "../../blocks/file-system.ts";
import { systemClock } from "../../clock.ts";
import { hasCode, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type {
  Body,
  ObjectFacts,
  ObjectReader,
  Objects,
  ObjectsAddress,
  PutOptions,
  PutRule,
  Tag,
} from "../../ports/objects.ts";
import { randomHex, systemRandom } from "../../random.ts";
import { isObjectName, requireObjectName } from "../object-name.ts";
import { throwIfStopped } from "../throw-if-stopped.ts";
import { readAll } from "../whole-object.ts";
import { FileReader, factsOfFile, ListedFile } from "./file-reader.ts";
import { NameLock } from "./name-lock.ts";
import { placeFile } from "./place-file.ts";

/** Names that are no objects: what is being written, prepared or removed, by this version and by earlier ones. */
const notObjects = /(\.(new|partial|lock|now|removed)|\.lock\.[0-9a-f]+|^spool|^pins|^writer\.work\..*)$/;
const unfinished = /\.(new|partial)$/;
/** Endings of the files that are many: of those the system is not asked whether they are folders. */
const surelyFiles = /\.(segment|map|point|sealed|entry)$/;

/** Objects of a folder; with `workFolder`, a claim that takes what was prepared in it away when it ends. */
export interface ClaimWithFolder {
  readonly workFolder?: string;
}

export class FolderObjects implements Objects {
  readonly place: string;
  readonly traits = {
    objectBytesMax: Number.MAX_SAFE_INTEGER,
    parallel: 1,
    retentionLock: false,
    mayRemove: true,
  };
  readonly #files: FileSystem;
  readonly #lock: NameLock;
  /** Folders whose names this process has made durable. */
  readonly #durable = new Set<string>();

  readonly #anchor: string | undefined;

  /**
   * `anchor`: the object without which no other is put. A share that went away leaves an empty folder, and nothing is to
   * be made there.
   */
  constructor(files: FileSystem, folder: string, anchor?: string) {
    this.#files = files;
    this.place = folder;
    this.#anchor = anchor;
    this.#lock = new NameLock(files, path.join(folder, ".objects.lock"));
  }

  get address(): ObjectsAddress {
    return { driver: "folder", settings: { folder: this.place } };
  }

  placeOf(name: string): string {
    return path.join(this.place, name);
  }

  async put(name: string, body: Body, rule: PutRule, options: PutOptions = {}): Promise<Tag | "lost"> {
    const { signal, claim, lockedUntil } = options;
    if (lockedUntil !== undefined) throw noRetention(this.place);
    this.#requireName(name);
    throwIfStopped(signal, this.place);
    const filePath = this.placeOf(name);
    if (rule === "ifAbsent" && this.#files.exists(filePath)) return "lost";
    this.#makeFolderFor(name);
    const { workFolder } = (claim ?? {}) as ClaimWithFolder;
    const beside = `${filePath}.${randomHex(systemRandom, 6)}.new`;
    const temporary = workFolder === undefined ? beside : path.join(workFolder, path.basename(beside));
    if (workFolder !== undefined) this.#files.makeFolder(workFolder);
    try {
      await placeFile(this.#files, body, temporary, options);
      throwIfStopped(signal, this.place);
      await claim?.check();
      const isPlaced = await this.#place(temporary, filePath, rule);
      if (!isPlaced) {
        this.#files.remove(temporary);
        return "lost";
      }
    } catch (error) {
      this.#removeIfPossible(temporary);
      // What was prepared is gone when the claim is: then that is what happened.
      await claim?.check();
      throw error;
    }
    this.#files.syncFolder(path.dirname(filePath));
    return factsOfFile(this.#files, filePath, name).tag;
  }

  /** Makes the folder of an object, and sees to it that its name, and those of the folders above, survive a power cut. */
  #makeFolderFor(name: string): void {
    const folder = path.dirname(this.placeOf(name));
    const isThere = this.#files.exists(folder);
    if (isThere && this.#durable.has(folder)) return;
    if (
      !isThere &&
      this.#anchor !== undefined &&
      name !== this.#anchor &&
      !this.#files.exists(this.placeOf(this.#anchor))
    ) {
      const message = said`Cannot write ${this.placeOf(name)}: ${this.placeOf(this.#anchor)} does not exist.`;
      throw new SiteRecoveryError("NotFound", message, { target: this.placeOf(name) });
    }
    this.#files.makeFolder(folder);
    // One that is there may have been made by a process that was killed before it had made the name durable.
    for (let at = folder; at.startsWith(`${this.place}${path.sep}`); at = path.dirname(at)) {
      this.#files.syncFolder(path.dirname(at));
    }
    this.#durable.add(folder);
  }

  /** Gives a file its name, if the rule holds. */
  async #place(from: string, to: string, rule: PutRule): Promise<boolean> {
    if (rule === "replace") {
      const place = (): void => this.#files.rename(from, to);
      // Where no put was made by a tag there is no lock, and none is made.
      await (this.#lock.isThere ? this.#lock.around(place) : place());
      return true;
    }
    if (rule === "ifAbsent") return this.#files.renameNew(from, to);
    return this.#lock.around(() => {
      if (!this.#files.exists(to) || factsOfFile(this.#files, to, "").tag !== rule.ifTag) return false;
      this.#files.rename(from, to);
      return true;
    });
  }

  async get(name: string, signal?: AbortSignal): Promise<{ bytes: Buffer; tag: Tag } | undefined> {
    const reader = await this.open(name, signal);
    return reader && readAll(reader, signal);
  }

  open(name: string, signal?: AbortSignal): Promise<ObjectReader | undefined> {
    return this.#ifThere(name, signal, (filePath) => new FileReader(this.#files, filePath, name));
  }

  facts(name: string, signal?: AbortSignal): Promise<ObjectFacts | undefined> {
    return this.#ifThere(name, signal, (filePath) => factsOfFile(this.#files, filePath, name));
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncIterable<ObjectFacts> {
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    // A folder's name is in another order than what is in it: `a-b` and `a.b` come before `a/b`.
    for (const name of this.#namesBelow(folder).sort()) {
      if (!name.startsWith(prefix)) continue;
      throwIfStopped(signal, this.place);
      yield await Promise.resolve(new ListedFile(this.#files, this.placeOf(name), name));
    }
  }

  remove(names: readonly string[], signal?: AbortSignal): Promise<void> {
    return Promise.resolve().then(() => {
      throwIfStopped(signal, this.place);
      // What is removed is a folder and all below it if the name is of none of the objects.
      for (const name of names) this.#requireName(name);
      for (const name of names) this.#files.remove(this.placeOf(name));
      for (const folder of new Set(names.map((name) => path.dirname(this.placeOf(name))))) {
        if (this.#files.exists(folder)) this.#files.syncFolder(folder);
      }
    });
  }

  sweep(prefix: string): Promise<void> {
    return Promise.resolve().then(() => {
      for (const name of this.#namesBelow(prefix === "" ? "" : `${prefix}/`, unfinished))
        this.#files.remove(this.placeOf(name));
    });
  }

  lockUntil(): Promise<void> {
    return Promise.reject(noRetention(this.place));
  }

  lockedUntil(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  now(): Promise<number> {
    return Promise.resolve(systemClock.now());
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Names of files below a folder, in order: of objects, or of files whose names have the ending. */
  #namesBelow(folder: string, ending?: RegExp): string[] {
    const names: string[] = [];
    for (const entry of this.#files.list(this.placeOf(folder))) {
      const name = `${folder}${entry}`;
      if (ending?.test(entry) === true) names.push(name);
      else if (notObjects.test(entry) || !isObjectName(entry)) continue;
      else if (!surelyFiles.test(name) && this.#isFolder(name)) {
        names.push(...this.#namesBelow(`${name}/`, ending));
      } else if (ending === undefined) names.push(name);
    }
    return names;
  }

  #requireName(name: string): void {
    requireObjectName(name, this.place);
    if (!name.split("/").some((part) => notObjects.test(part))) return;
    const message = said`"${name}" cannot be the name of an object in ${this.place}. Names of this kind are for what is being written there.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: this.place });
  }

  async #ifThere<T>(
    name: string,
    signal: AbortSignal | undefined,
    work: (filePath: string) => T,
  ): Promise<T | undefined> {
    throwIfStopped(signal, this.place);
    const filePath = this.placeOf(name);
    if (!surelyFiles.test(name) && (!this.#files.exists(filePath) || this.#isFolder(name))) return undefined;
    try {
      return await Promise.resolve(work(filePath));
    } catch (error) {
      if (hasCode(error, "NotFound")) return undefined;
      throw error;
    }
  }

  #isFolder(name: string): boolean {
    try {
      this.#files.list(this.placeOf(name));
      return true;
    } catch (error) {
      if (hasCode(error, "IoFailed") && isNoFolder(error.cause)) return false;
      throw error;
    }
  }

  #removeIfPossible(filePath: string): void {
    try {
      this.#files.remove(filePath);
    } catch (error) {
      // What failed to be written would only take space where there may be none.
      if (!(error instanceof SiteRecoveryError)) throw error;
    }
  }
}

function isNoFolder(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException | undefined)?.code === "ENOTDIR";
}

function noRetention(place: string): SiteRecoveryError {
  const message = said`Files in ${place} cannot be locked until a time. Leave the retention lock out, or use object storage that has one.`;
  return new SiteRecoveryError("InvalidInput", message, { target: place });
}
