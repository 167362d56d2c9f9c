import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import type { LocalFile, ObjectReader, Objects } from "../../../provider/ports/objects.ts";

/** An empty place, and what the suite must know of it. */
export interface PlaceForTests {
  readonly objects: Objects;
  /** Opens the same place once more, as another process does. */
  again(): Objects;
  /** Whether the tag of a state that comes back differs from the one it had before (S3 tags name the content). */
  readonly tagsOfEqualContentDiffer: boolean;
  /** How many objects fill more than one page of a listing. */
  readonly moreThanAPage: number;
}

export const small = Buffer.from("one object");
export const other = Buffer.from("something else of it");

/** Bytes in which each position can be recognised. */
export function patterned(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at + 4 <= sizeBytes; at += 4) bytes.writeUInt32LE(at, at);
  return bytes;
}

export function fileWith(bytes: Uint8Array): LocalFile {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-objects-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, "prepared");
  fs.writeFileSync(file, bytes);
  return { files: localFileSystem, path: file, sizeBytes: bytes.length };
}

export async function namesOf(objects: Objects, prefix: string): Promise<string[]> {
  const names = [];
  for await (const { name } of objects.list(prefix)) names.push(name);
  return names;
}

export async function contentOf(objects: Objects, name: string): Promise<string | undefined> {
  return (await objects.get(name))?.bytes.toString();
}

export async function rangeOf(reader: ObjectReader, from: number, sizeBytes: number): Promise<Buffer> {
  const into = Buffer.alloc(sizeBytes);
  return into.subarray(0, await reader.read(into, from));
}
