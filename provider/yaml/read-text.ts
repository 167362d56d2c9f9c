/** The text of a file that may come from elsewhere: of a bounded size, and UTF-8. */
import fs from "node:fs";
import type { RuleId } from "../rules/registry.ts";
import { DefinitionError } from "./definition-error.ts";
import type { Place } from "./finding.ts";

interface Problem {
  readonly rule: RuleId;
  readonly message: string;
}

/** One finding that ends the reading. */
export function refuse(file: string, text: string, where: Place, { rule, message }: Problem): never {
  throw new DefinitionError([{ rule, file, ...where, property: "", message }], new Map([[file, text]]));
}

/** The first bytes of a file, at most `limit` of them. Throws what the system said. */
export type ReadBytes = (file: string, limit: number) => Buffer;

export const readFromDisk: ReadBytes = (file, limit) => {
  const descriptor = fs.openSync(file, "r");
  try {
    // Most files are small, and thousands of machine.yaml files are read one after the other.
    let buffer = Buffer.allocUnsafe(16 * 1024);
    let length = 0;
    for (let count = -1; count !== 0 && length < limit; length += count) {
      if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(2 * length, limit));
      count = fs.readSync(descriptor, buffer, length, buffer.length - length, null);
    }
    return buffer.subarray(0, length);
  } finally {
    fs.closeSync(descriptor);
  }
};

/** Throws a `DefinitionError` when there is no such file, or it is no text of a size to be read. */
export function readText(file: string, readBytes: ReadBytes = readFromDisk, sizeMaxMebibytes = 1): string {
  const sizeMaxBytes = sizeMaxMebibytes * 1024 * 1024;
  const start = { line: 1, column: 1 };
  let bytes: Buffer;
  try {
    // Of a larger file no more is read than shows that it is too large.
    bytes = readBytes(file, sizeMaxBytes + 1);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === "ENOENT"
        ? "there is no such file; check its path"
        : code === "EISDIR"
          ? "is a folder, and a file is wanted"
          : `cannot be read: ${(error as Error).message}`;
    return refuse(file, "", start, { rule: "file-unreadable", message: why });
  }
  if (bytes.length > sizeMaxBytes)
    refuse(file, "", start, {
      rule: "file-too-large",
      message: `is larger than ${sizeMaxMebibytes} MiB; split it`,
    });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse(file, "", start, { rule: "file-encoding", message: "is not UTF-8 text; save it as UTF-8" });
  }
}
