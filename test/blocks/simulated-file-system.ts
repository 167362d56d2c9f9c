/**
 * One file system for every accident that a test needs: a call that fails, a write that is cut short, a read that
 * returns a flipped bit, and the power that goes at a call. It stands on a `SimulatedDisk`, where the power can be
 * lost, or on the machine's own. What was cut short by a fault stays in the file.
 */
import type { FileSystem } from "../../provider/blocks/file-system.ts";
import { translateFileError } from "../../provider/blocks/translate-file-error.ts";
import { type Action, type Around, type Call, changingActions, passCalls } from "./pass-calls.ts";
import { SimulatedDisk } from "./simulated-disk.ts";

export interface Fault {
  /**
   * `ENOSPC`: no space. `EIO`: the device fails; a sync that fails has lost the bytes that it was to keep. `SHORT`: a
   * write stores a part only, then there is no space. `EACCES`, `ESTALE`, `EROFS`: a share that may not be used, went
   * away or became read-only. `ROT`: a read returns one flipped bit.
   */
  readonly kind: "ENOSPC" | "EIO" | "SHORT" | "EACCES" | "ESTALE" | "EROFS" | "ROT";
  /** The call that fails, counted from 1 among those of this kind. */
  readonly call: number;
  /** Whether all later calls of the kind fail as well, until `heal`. */
  readonly lasting?: boolean;
  /** Only calls on files whose path matches count. */
  readonly only?: RegExp;
  /** Only calls of these kinds count. */
  readonly actions?: readonly Action[];
}

/** What every call of a machine without power ends with. It is no error of the file system: no code can answer it. */
export class PowerCut extends Error {}

const growing: ReadonlySet<Action> = new Set(["create", "write", "truncate", "makeFolder", "rename"]);
/** A look at a name does not fail: the port has no error for it. */
const neverFailing: ReadonlySet<Action> = new Set(["exists"]);
const words: Partial<Record<Action, string>> = {
  create: "open",
  syncLater: "sync",
  truncate: "resize",
  size: "stat",
  facts: "stat",
  freeBytes: "ask for the space of",
  realPath: "find",
  makeFolder: "make folder",
  syncFolder: "sync folder",
};

export class SimulatedFileSystem implements FileSystem {
  readonly open: FileSystem["open"];
  readonly timeStepMilliseconds: number;
  readonly exists: FileSystem["exists"];
  readonly facts: FileSystem["facts"];
  readonly freeBytes: FileSystem["freeBytes"];
  readonly isWritable: FileSystem["isWritable"];
  readonly realPath: FileSystem["realPath"];
  readonly list: FileSystem["list"];
  readonly makeFolder: FileSystem["makeFolder"];
  readonly rename: FileSystem["rename"];
  readonly renameNew: FileSystem["renameNew"];
  readonly remove: FileSystem["remove"];
  readonly syncFolder: FileSystem["syncFolder"];
  /** Every name that a file or folder got, by `create` or `rename`. */
  readonly names = new Set<string>();
  /** Called after each call that changes something; `number` counts these calls from 1. */
  onChange: ((number: number, call: Call) => void) | undefined;
  readonly #disk: SimulatedDisk | undefined;
  #fault: Fault | undefined;
  #calls = 0;
  #hits = 0;
  #changes = 0;
  #cutAt = Number.POSITIVE_INFINITY;

  constructor(inner: FileSystem = new SimulatedDisk(), fault?: Fault) {
    this.#disk = inner instanceof SimulatedDisk ? inner : undefined;
    this.#fault = fault;
    const around: Around = (call, work) => this.#around(call, work);
    const passing = passCalls(inner, around);
    this.open = passing.open;
    this.timeStepMilliseconds = passing.timeStepMilliseconds;
    this.exists = passing.exists;
    this.facts = passing.facts;
    this.freeBytes = passing.freeBytes;
    this.isWritable = passing.isWritable;
    this.realPath = passing.realPath;
    this.list = passing.list;
    this.makeFolder = passing.makeFolder;
    this.rename = passing.rename;
    this.renameNew = passing.renameNew;
    this.remove = passing.remove;
    this.syncFolder = passing.syncFolder;
  }

  /** How many calls have failed. */
  get hits(): number {
    return this.#hits;
  }

  /** Calls so far that changed something. */
  get changes(): number {
    return this.#changes;
  }

  /** Whether the power is gone. */
  get isCut(): boolean {
    return this.#changes >= this.#cutAt;
  }

  /** The fault counts its calls from here on. */
  arm(fault: Fault): void {
    this.#fault = fault;
    this.#calls = 0;
    this.#hits = 0;
  }

  heal(): void {
    this.#fault = undefined;
  }

  /** The power goes right after the changing call with this number, counted from now on: it and all later ones end in `PowerCut`. */
  cutPowerAt(change: number): void {
    this.#cutAt = this.#changes + change;
  }

  #around<T>(call: Call, work: () => T): T {
    if (this.isCut) throw new PowerCut("the power is cut");
    this.#meet(call);
    const result = work();
    if (call.action === "read") this.#rot(call);
    if (call.action === "create") this.names.add(call.path);
    if (call.to !== undefined) this.names.add(call.to);
    if (!changingActions.has(call.action)) return result;
    if (result instanceof Promise) {
      return result.then((value: unknown) => {
        this.#changed(call);
        return value;
      }) as T;
    }
    this.#changed(call);
    return result;
  }

  #changed(call: Call): void {
    this.#changes += 1;
    this.onChange?.(this.#changes, call);
    if (this.isCut) throw new PowerCut("the power is cut");
  }

  /** Whether the armed fault hits this call, which counts if it is of the fault's kind. */
  #isHit({ action, path }: Call): boolean {
    const fault = this.#fault;
    if (fault === undefined || neverFailing.has(action)) return false;
    if (fault.only?.test(path) === false) return false;
    if (fault.actions?.includes(action) === false) return false;
    if (fault.kind === "ENOSPC" && !growing.has(action)) return false;
    if (fault.kind === "SHORT" && action !== "write") return false;
    this.#calls += 1;
    if (this.#calls !== fault.call && !(fault.lasting === true && this.#calls > fault.call)) return false;
    this.#hits += 1;
    return true;
  }

  #meet(call: Call): void {
    if (this.#fault?.kind === "ROT" || !this.#isHit(call)) return;
    const { kind } = this.#fault!;
    if (kind === "SHORT") call.half?.();
    if (call.action === "sync" || call.action === "syncLater") this.#disk?.failSync(call.path);
    const code = kind === "SHORT" ? "ENOSPC" : kind;
    const error = Object.assign(new Error(`injected ${code}`), { code });
    throw translateFileError(error, words[call.action] ?? call.action, call.path);
  }

  #rot(call: Call): void {
    const { buffer } = call;
    if (this.#fault?.kind !== "ROT" || buffer === undefined || buffer.length === 0) return;
    if (this.#isHit(call)) buffer[(this.#calls * 7919) % buffer.length]! ^= 1 << (this.#calls % 8);
  }
}
