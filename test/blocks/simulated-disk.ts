/**
 * A file system in memory that knows what would survive a power cut. Writes are volatile until their file is synced,
 * names until their folder is. `losePower` keeps what was synced and, of the rest, what `survival` says: sectors of
 * 512 bytes and names one by one, in any order. A rename inside of a folder happens as a whole or not at all.
 * After a failed sync the bytes that were waiting stay readable and never reach the device, as Linux does it.
 */
import path from "node:path";
import { translateFileError } from "../../provider/blocks/translate-file-error.ts";
import type { FileFacts, FileSystem, OpenFile, OpenMode } from "../../provider/blocks/file-system.ts";
import type { Random } from "../../provider/random.ts";
import { SimulatedContent, type Survival } from "./simulated-content.ts";

function refuse(code: string, action: string, filePath: string): never {
  throw translateFileError(Object.assign(new Error(code), { code }), action, filePath);
}

type Node = SimulatedContent | Folder;

/** A change of a folder's names that is not durable yet: each name and what it leads to afterwards. */
type NameChange = ReadonlyMap<string, Node | undefined>;

class Folder {
  names = new Map<string, Node>();
  durableNames = new Map<string, Node>();
  #changes: NameChange[] = [];

  change(entries: readonly (readonly [string, Node | undefined])[]): void {
    const change = new Map(entries);
    this.#changes.push(change);
    this.#apply(change, this.names);
  }

  sync(): void {
    this.durableNames = new Map(this.names);
    this.#changes = [];
  }

  losePower(survives: Survival, random: Random): void {
    const after = new Map(this.durableNames);
    for (const change of this.#changes) if (survives.names(random)) this.#apply(change, after);
    this.names = after;
    this.sync();
    for (const node of new Set(after.values())) node.losePower(survives, random);
  }

  clone(known: Map<Node, Node>): Folder {
    const copy = new Folder();
    known.set(this, copy);
    const of = (node: Node): Node => known.get(node) ?? cloneNode(node, known);
    copy.names = new Map([...this.names].map(([name, node]) => [name, of(node)]));
    copy.durableNames = new Map([...this.durableNames].map(([name, node]) => [name, of(node)]));
    copy.#changes = this.#changes.map(
      (change) => new Map([...change].map(([name, node]) => [name, node && of(node)])),
    );
    return copy;
  }

  #apply(change: NameChange, names: Map<string, Node>): void {
    for (const [name, node] of change) {
      if (node === undefined) names.delete(name);
      else names.set(name, node);
    }
  }
}

function cloneNode(node: Node, known: Map<Node, Node>): Node {
  if (node instanceof Folder) return node.clone(known);
  const copy = node.clone();
  known.set(node, copy);
  return copy;
}

export class SimulatedDisk implements FileSystem {
  readonly timeStepMilliseconds = 0;
  #root = new Folder();
  #generation = 0;
  #mounts: string[] = [];

  /** A folder that is a device of its own: nothing is renamed into it or out of it. */
  mount(folder: string): void {
    this.#mounts.push(folder + path.sep);
  }

  /** The same files, apart from this disk's. */
  clone(): SimulatedDisk {
    const copy = new SimulatedDisk();
    copy.#root = this.#root.clone(new Map());
    copy.#mounts = [...this.#mounts];
    return copy;
  }

  /** What is left after the power was cut. Files that were open cannot be used any more. */
  losePower(survival: Survival, random: Random): void {
    this.#generation += 1;
    this.#root.losePower(survival, random);
  }

  /** A sync of the file fails. */
  failSync(filePath: string): void {
    const node = this.#find(filePath);
    if (node instanceof SimulatedContent) node.failSync();
  }

  open(filePath: string, mode: OpenMode): OpenFile {
    const present = this.#find(filePath);
    if (present !== undefined && mode === "createNew") refuse("EEXIST", "open", filePath);
    if (present === undefined && (mode === "read" || mode === "readWrite"))
      refuse("ENOENT", "open", filePath);
    if (present instanceof Folder) refuse("EISDIR", "open", filePath);
    const content = present ?? new SimulatedContent();
    if (present === undefined) this.#parentOf(filePath, "open").change([[path.basename(filePath), content]]);
    const generation = this.#generation;
    const check = (action: string): void => {
      if (generation !== this.#generation) refuse("EIO", action, filePath);
    };
    return {
      path: filePath,
      read: (buffer, position) => {
        check("read");
        return content.read(buffer, position);
      },
      write: (buffer, position) => {
        check("write");
        content.write(buffer, position);
      },
      sync: () => {
        check("sync");
        content.sync();
      },
      syncLater: () =>
        Promise.resolve().then(() => {
          check("sync");
          content.sync();
        }),
      truncate: (sizeBytes) => {
        check("resize");
        content.resize(sizeBytes);
      },
      size: () => ({ sizeBytes: content.sizeBytes, allocatedBytes: content.allocatedBytes }),
      facts: () => content.facts(),
      close: () => undefined,
    };
  }

  isWritable(): boolean {
    return true;
  }

  freeBytes(): number {
    return Number.MAX_SAFE_INTEGER;
  }

  facts(filePath: string): FileFacts {
    const node = this.#find(filePath);
    return node instanceof SimulatedContent ? node.facts() : refuse("ENOENT", "stat", filePath);
  }

  exists(filePath: string): boolean {
    return this.#find(filePath) !== undefined;
  }

  realPath(filePath: string): string {
    if (!this.exists(filePath)) refuse("ENOENT", "find", filePath);
    return path.resolve(filePath);
  }

  list(folder: string): string[] {
    const node = this.#find(folder);
    if (node instanceof SimulatedContent) return refuse("ENOTDIR", "list", folder);
    return node === undefined ? [] : [...node.names.keys()].sort();
  }

  makeFolder(folder: string): void {
    let node = this.#root;
    for (const name of partsOf(folder)) {
      const next = node.names.get(name) ?? new Folder();
      if (!(next instanceof Folder)) return refuse("EEXIST", "make folder", folder);
      if (!node.names.has(name)) node.change([[name, next]]);
      node = next;
    }
  }

  rename(from: string, to: string): void {
    const node = this.#find(from);
    if (node === undefined) return refuse("ENOENT", "rename", from);
    if (path.resolve(from) === path.resolve(to)) return;
    if (this.#mounts.some((mount) => from.startsWith(mount) !== to.startsWith(mount)))
      refuse("EXDEV", "rename", from);
    const [source, target] = [this.#parentOf(from, "rename"), this.#parentOf(to, "rename")];
    const [oldName, newName] = [path.basename(from), path.basename(to)];
    if (source === target) {
      source.change([
        [oldName, undefined],
        [newName, node],
      ]);
      return;
    }
    target.change([[newName, node]]);
    source.change([[oldName, undefined]]);
  }

  renameNew(from: string, to: string): boolean {
    if (this.#find(to) !== undefined) return false;
    this.rename(from, to);
    return true;
  }

  remove(filePath: string): void {
    const node = this.#find(filePath);
    if (node === undefined) return;
    // A folder goes name by name, and a power cut can leave any part of it.
    if (node instanceof Folder)
      for (const name of [...node.names.keys()]) this.remove(path.join(filePath, name));
    this.#parentOf(filePath, "remove").change([[path.basename(filePath), undefined]]);
  }

  syncFolder(folder: string): void {
    const node = this.#find(folder);
    if (!(node instanceof Folder)) return refuse("ENOENT", "sync folder", folder);
    node.sync();
  }

  #find(filePath: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of partsOf(filePath)) {
      if (!(node instanceof Folder)) return undefined;
      node = node.names.get(name);
    }
    return node;
  }

  #parentOf(filePath: string, action: string): Folder {
    const parent = this.#find(path.dirname(path.resolve(filePath)));
    return parent instanceof Folder ? parent : refuse("ENOENT", action, filePath);
  }
}

function partsOf(filePath: string): string[] {
  return path.resolve(filePath).split(path.sep).filter(Boolean);
}
