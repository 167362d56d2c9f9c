import fs from "node:fs";
import path from "node:path";
import type { FileSystem } from "../../provider/blocks/file-system.ts";

/** A file system behind which another one can be put while its user goes on. */
export class SwitchedFiles implements FileSystem {
  #inner: FileSystem;

  constructor(inner: FileSystem) {
    this.#inner = inner;
  }

  switchTo(inner: FileSystem): void {
    this.#inner = inner;
  }

  get timeStepMilliseconds(): number {
    return this.#inner.timeStepMilliseconds;
  }

  readonly open: FileSystem["open"] = (...words) => this.#inner.open(...words);
  readonly exists: FileSystem["exists"] = (name) => this.#inner.exists(name);
  readonly facts: FileSystem["facts"] = (name) => this.#inner.facts(name);
  readonly freeBytes: FileSystem["freeBytes"] = (name) => this.#inner.freeBytes(name);
  readonly isWritable: FileSystem["isWritable"] = (name) => this.#inner.isWritable(name);
  readonly realPath: FileSystem["realPath"] = (name) => this.#inner.realPath(name);
  readonly list: FileSystem["list"] = (name) => this.#inner.list(name);
  readonly makeFolder: FileSystem["makeFolder"] = (name) => this.#inner.makeFolder(name);
  readonly rename: FileSystem["rename"] = (from, to) => this.#inner.rename(from, to);
  readonly renameNew: FileSystem["renameNew"] = (from, to) => this.#inner.renameNew(from, to);
  readonly remove: FileSystem["remove"] = (name) => this.#inner.remove(name);
  readonly syncFolder: FileSystem["syncFolder"] = (name) => this.#inner.syncFolder(name);
}

/** Copies a folder of the machine into another file system, durably. */
export function copyInto(files: FileSystem, folder: string): void {
  files.makeFolder(folder);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) copyInto(files, name);
    else if (!entry.name.startsWith("siterecovery.db")) {
      const file = files.open(name, "createNew");
      file.write(fs.readFileSync(name), 0);
      file.sync();
      file.close();
    }
  }
  const root = path.parse(folder).root;
  for (let above = folder; above !== root; above = path.dirname(above)) files.syncFolder(above);
  files.syncFolder(root);
}
