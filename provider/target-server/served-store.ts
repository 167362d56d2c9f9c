import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { FolderObjects } from "../drivers/objects-folder/folder-objects.ts";
import { requireObjectName } from "../drivers/object-name.ts";
import type { ObjectFacts, ObjectReader, PutRule, Tag } from "../ports/objects.ts";
import { copyDurably } from "./copy-durably.ts";
import { Receipts } from "./receipts.ts";
import { RequestRefused } from "./refuse.ts";
import type { ServingFolder } from "./serving-folder.ts";
import { Turns } from "./turns.ts";

export interface StorePut {
  readonly name: string;
  readonly rule: PutRule;
  /** The put's own number. */
  readonly number: string;
  /** A file of the serving folder with the body, on the device already. */
  readonly bodyPath: string;
  readonly sizeBytes: number;
  /** Whether the state that is replaced is kept. */
  readonly keepsFormer: boolean;
}

/** One store of a served folder: a folder in it, whose files are the objects. */
export class ServedStore {
  readonly #files: FileSystem;
  readonly #serving: ServingFolder;
  readonly #name: string;
  readonly #folder: string;
  readonly #objects: FolderObjects;
  readonly #receipts: Receipts;
  readonly #turns = new Turns();
  readonly #durableFolders = new Set<string>();

  constructor(files: FileSystem, serving: ServingFolder, name: string) {
    this.#files = files;
    this.#serving = serving;
    this.#name = name;
    this.#folder = path.join(serving.root, name);
    this.#objects = new FolderObjects(files, this.#folder);
    this.#receipts = new Receipts(files, (number) => serving.receipt(number));
  }

  /** Throws `RequestRefused` if the store's folder is not there, or a link to another one: nothing is made in its place. */
  requireThere(): void {
    const isThere = this.#files.exists(this.#folder) && this.#files.realPath(this.#folder) === this.#folder;
    if (!isThere) throw new RequestRefused("NoStore", "There is no such store.");
  }

  /** `undefined` if there is no such object. */
  facts(name: string): Promise<ObjectFacts | undefined> {
    this.#requireInside(name);
    return this.#objects.facts(name);
  }

  open(name: string): Promise<ObjectReader | undefined> {
    this.#requireInside(name);
    return this.#objects.open(name);
  }

  /** Objects whose names begin with the prefix and come after a name, in the order of their names. */
  async *list(prefix: string, after: string): AsyncIterable<ObjectFacts> {
    if (prefix.includes("/")) this.#requireInside(prefix.slice(0, prefix.lastIndexOf("/")));
    for await (const facts of this.#objects.list(prefix)) {
      // A file that was removed meanwhile has no tag.
      if (facts.name > after && this.#isInside(facts.name) && facts.tag !== "") yield facts;
    }
  }

  /** Durable when it resolves. A put that was done already is not done again. */
  put({ name, rule, number, bodyPath, sizeBytes, keepsFormer }: StorePut): Promise<Tag | "lost"> {
    return this.#turns.run(name, async () => {
      this.requireThere();
      this.#requireInside(name);
      const objectPath = this.#objects.placeOf(name);
      const before = this.#receipts.look(number, objectPath);
      if (before === "own") {
        // Whatever ended the first try may have ended it before the name was durable.
        this.#files.syncFolder(path.dirname(objectPath));
        return (await this.#objects.facts(name))?.tag ?? "lost";
      }
      if (before === "other") return "lost";
      // Looked at first: what is lost anyhow needs no receipt.
      const found = await this.#objects.facts(name);
      if (!holds(rule, found)) return "lost";
      if (keepsFormer && found !== undefined) await this.#keep(name, number);
      this.#makeFolder(path.dirname(objectPath));
      this.#receipts.write(number, bodyPath);
      const body = { files: this.#files, path: bodyPath, sizeBytes };
      try {
        const tag = await this.#objects.put(name, body, rule);
        if (tag === "lost") this.#receipts.remove(number);
        else this.#receipts.finish(number);
        return tag;
      } catch (error) {
        if (this.#receipts.look(number, objectPath) !== "own") this.#receipts.remove(number);
        throw error;
      }
    });
  }

  /** Durable when it resolves. An absent object is fine. */
  async remove(names: readonly string[]): Promise<void> {
    const there: string[] = [];
    for (const name of names) {
      requireObjectName(name, this.#name);
      this.#requireInside(name);
      // A folder is none: it would go with all that is in it.
      if ((await this.#objects.facts(name)) !== undefined) there.push(name);
    }
    await this.#objects.remove(there);
  }

  sweep(prefix: string): Promise<void> {
    if (prefix !== "") this.#requireInside(prefix);
    return this.#objects.sweep(prefix);
  }

  /** Copied, not moved, so that the object is there at each moment. */
  async #keep(name: string, number: string): Promise<void> {
    const keptPath = this.#serving.kept(this.#name, name, number);
    this.#makeFolder(path.dirname(keptPath));
    // Half a copy must never be taken for a state.
    const copyPath = this.#serving.incoming(`${number}.kept`);
    this.#files.remove(copyPath);
    await copyDurably(this.#files, this.#objects.placeOf(name), copyPath);
    this.#files.rename(copyPath, keptPath);
    this.#files.syncFolder(path.dirname(keptPath));
  }

  /**
   * A folder that is there may have been made by a server that was killed before its name was durable: each one is synced
   * once by this server.
   */
  #makeFolder(folder: string): void {
    if (folder === this.#serving.root) return;
    if (this.#durableFolders.has(folder) && this.#files.exists(folder)) return;
    this.#makeFolder(path.dirname(folder));
    this.#files.makeFolder(folder);
    this.#files.syncFolder(path.dirname(folder));
    this.#durableFolders.add(folder);
  }

  #requireInside(name: string): void {
    requireObjectName(name, this.#name);
    if (!this.#isInside(name)) throw new RequestRefused("BadName", "The name leads out of the store.");
  }

  /** Whether no link is on the way: neither one to a file nor one to a folder above it. */
  #isInside(name: string): boolean {
    for (
      let filePath = path.join(this.#folder, name);
      filePath !== this.#folder;
      filePath = path.dirname(filePath)
    ) {
      if (this.#files.exists(filePath)) return this.#files.realPath(filePath) === filePath;
    }
    return true;
  }
}

function holds(rule: PutRule, found: ObjectFacts | undefined): boolean {
  if (rule === "replace") return true;
  return rule === "ifAbsent" ? found === undefined : found?.tag === rule.ifTag;
}
