import type { FileFacts, FileSystem, OpenFile } from "../blocks/file-system.ts";
import { systemClock } from "../clock.ts";
import { isSameFile } from "./image-state.ts";

/** Finds, for the owner of a disk, whether anything but its own writes changes the image. */
export class ImageWatch {
  readonly #files: FileSystem;
  #file: OpenFile;
  #known: FileFacts;

  constructor(files: FileSystem, file: OpenFile) {
    this.#files = files;
    this.#file = file;
    this.#known = file.facts();
  }

  /** The image as of the last look or of the owner's last write. */
  get known(): FileFacts {
    return this.#known;
  }

  /** The owner uses the image through another descriptor from now on. */
  use(file: OpenFile): void {
    this.#file = file;
  }

  /** The owner has written: what the image is now is its own doing. */
  accept(): void {
    this.#known = this.#file.facts();
  }

  /** Whether another program has changed the image since the last look, which this is one of. */
  hasChanged(): boolean {
    const before = this.#known;
    this.accept();
    return !isSameFile(before, this.#known);
  }

  /** Whether another file has the image's name. */
  isReplaced(): boolean {
    return !isSameFile(this.#files.facts(this.#file.path), this.#known);
  }

  /**
   * Makes a later write sure to change the image's times: waits some milliseconds at most, and sends to the device what was
   * written. A page that a program has mapped and written can be written again without a new time, until it was sent. For
   * an image that no writer has: its own syncs must be the first to hear of a failure. The caller looks afterwards.
   */
  settle(): void {
    this.#file.sync();
    const step = this.#files.timeStepMilliseconds;
    const age = systemClock.now() - Number(this.#known.changedAtNs / 1_000_000n);
    if (age >= step) return;
    // A file server's clock may be ahead of this one.
    const wait = Math.min(step, step - age);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
  }
}
