import type { Readable } from "node:stream";
import type { ObjectReader, Tag } from "../ports/objects.ts";
import { bytesInFlight } from "./bytes-in-flight.ts";
import { StateGone } from "./range-reader.ts";

/** Up to here an object is read in one request. */
const smallBytes = 1_048_576;

/** An object that is replaced each time it is read is no small one that changes now and then. */
const attemptsMax = 5;

/** An object as it is found, with all of its bytes. */
export interface WholeObject {
  readonly bytes: Buffer;
  readonly tag: Tag;
}

/** All bytes of an answer that says how many it has. */
export async function wholeBody(body: Readable, sizeBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  // A line that breaks may look like the end: it is an error without a status, which is tried again.
  if (bytes.length !== sizeBytes) throw new Error("The answer is shorter than it says.");
  return bytes;
}

/** The object that an answer brings; `large`, and the rest of the answer is left, if one request is not for so many bytes. */
export async function smallObject(
  body: Readable,
  { sizeBytes, tag }: { sizeBytes: number; tag: Tag },
): Promise<WholeObject | "large"> {
  if (sizeBytes <= smallBytes) return { bytes: await wholeBody(body, sizeBytes), tag };
  body.destroy();
  return "large";
}

/** All bytes of the state that was opened, which is closed then. */
export async function readAll(reader: ObjectReader, signal?: AbortSignal): Promise<WholeObject> {
  try {
    const bytes = Buffer.alloc(reader.sizeBytes);
    return { bytes: bytes.subarray(0, await reader.read(bytes, 0, signal)), tag: reader.tag };
  } finally {
    await reader.close();
  }
}

/** How a driver over a line reads an object. */
interface Ways {
  readonly place: string;
  readonly signal: AbortSignal | undefined;
  /** All in one request, by `smallObject`; `undefined` if there is no such object. */
  readonly small: () => Promise<WholeObject | "large" | undefined>;
  readonly open: () => Promise<ObjectReader | undefined>;
}

/** The whole of one state of an object, `undefined` if there is none. What is replaced meanwhile is read in its new state. */
export async function wholeObject({ place, signal, small, open }: Ways): Promise<WholeObject | undefined> {
  const found = await bytesInFlight.around(smallBytes, place, signal, small);
  if (found !== "large") return found;
  for (let attempt = 1; ; attempt += 1) {
    const reader = await open();
    if (reader === undefined) return undefined;
    try {
      return await readAll(reader, signal);
    } catch (error) {
      if (!(error instanceof StateGone) || attempt === attemptsMax) throw error;
    }
  }
}
