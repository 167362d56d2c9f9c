/** What a guest writes to its serial console, from the file that QEMU keeps it in. */
import { StringDecoder } from "node:string_decoder";
import type { FileSystem } from "../blocks/file-system.ts";
import type { Clock } from "../clock.ts";

/** Of the end of the file, from which the last lines are taken. */
const tailBytes = 65_536;
const chunkBytes = 1_048_576;
/** A line is not kept longer: a guest may write without ever ending one. */
const lineCharactersMax = 4096;
const pollMs = 100;

/** Commands to a terminal: colours, the place of the cursor, titles. */
const terminalCommands = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;
const otherControls = /[\x00-\x08\x0b-\x1f\x7f]/g;

/** A line as people read it. */
function readable(line: string): string {
  return line.replaceAll(terminalCommands, "").replaceAll(otherControls, "").trimEnd();
}

export class GuestConsole {
  readonly #files: FileSystem;
  readonly #path: string;

  constructor(files: FileSystem, filePath: string) {
    this.#files = files;
    this.#path = filePath;
  }

  /** The last `count` lines that are not empty, the unfinished one among them; none if nothing was written. */
  lastLines(count: number): string[] {
    if (!this.#files.exists(this.#path)) return [];
    const file = this.#files.open(this.#path, "read");
    try {
      const from = Math.max(0, file.size().sizeBytes - tailBytes);
      const buffer = Buffer.alloc(tailBytes);
      const text = buffer.subarray(0, file.read(buffer, from)).toString("utf8");
      const lines = text.split("\n").map(readable);
      return lines.filter((line) => line !== "").slice(-count);
    } finally {
      file.close();
    }
  }

  /** Reads on from the beginning; see `ConsoleReader`. */
  read(): ConsoleReader {
    return new ConsoleReader(this.#files, this.#path);
  }

  /** Each whole line from the beginning on, and those to come, until the signal is aborted or `isOver` says so. */
  async *follow(clock: Clock, signal: AbortSignal, isOver: () => boolean): AsyncGenerator<string, void> {
    const reader = this.read();
    for (;;) {
      if (signal.aborted) return;
      // Asked before the last lines are read: none may come between.
      const over = isOver();
      yield* reader.next();
      if (over) {
        if (reader.unfinished !== "") yield reader.unfinished;
        return;
      }
      await clock.sleep(pollMs, signal).catch(() => undefined);
    }
  }
}

/** Reads a console from its beginning, as it grows. */
export class ConsoleReader {
  readonly #files: FileSystem;
  readonly #path: string;
  readonly #decoder = new StringDecoder("utf8");
  #position = 0;
  #rest = "";

  constructor(files: FileSystem, filePath: string) {
    this.#files = files;
    this.#path = filePath;
  }

  /** The line that has not ended yet, such as the prompt of a boot loader. */
  get unfinished(): string {
    return readable(this.#rest);
  }

  /** The lines that have ended since the last call. */
  next(): string[] {
    if (!this.#files.exists(this.#path)) return [];
    const lines: string[] = [];
    const file = this.#files.open(this.#path, "read");
    try {
      const buffer = Buffer.alloc(Math.min(chunkBytes, Math.max(0, file.size().sizeBytes - this.#position)));
      for (let count; (count = file.read(buffer, this.#position)) > 0;) {
        this.#position += count;
        const parts = (this.#rest + this.#decoder.write(buffer.subarray(0, count))).split("\n");
        this.#rest = parts.pop()!.slice(-lineCharactersMax);
        lines.push(...parts.map(readable));
      }
    } finally {
      file.close();
    }
    return lines;
  }
}
