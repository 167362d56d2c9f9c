import type { ObjectReader, Tag } from "../ports/objects.ts";
import { bytesInFlight } from "./bytes-in-flight.ts";
import { StateGone } from "./range-reader.ts";

/** Up to here an object is read in one request. */
export const smallBytes = 1_048_576;

/** An object that is replaced each time it is read is no small one that changes now and then. */
const attemptsMax = 5;

/** An object as it is found, with all of its bytes. */
export interface WholeObject {
  readonly bytes: Buffer;
  readonly tag: Tag;
}

/** How a driver over a line reads an object. */
interface Ways {
  readonly place: string;
  readonly signal: AbortSignal | undefined;
  /** All in one request; `large` above `smallBytes`, `undefined` if there is no such object. */
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
      const bytes = Buffer.alloc(reader.sizeBytes);
      return { bytes: bytes.subarray(0, await reader.read(bytes, 0, signal)), tag: reader.tag };
    } catch (error) {
      if (!(error instanceof StateGone) || attempt === attemptsMax) throw error;
    } finally {
      await reader.close();
    }
  }
}
