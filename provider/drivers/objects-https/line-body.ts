import { createHash } from "node:crypto";
import type { Body } from "../../ports/objects.ts";
import { readPiece } from "../read-piece.ts";
import type { LineBody } from "./line.ts";

export const pieceBytes = 1_048_576;

/** A body that is in memory as a whole. */
export function inMemory(bytes: Uint8Array): LineBody {
  return { sizeBytes: bytes.length, pieces: () => [bytes] };
}

/** A file goes piece by piece. Throws `IoFailed`, as its pieces are read, if it is shorter than it was. */
export function bodyOf(body: Body, sizeBytes: number): LineBody {
  if (body instanceof Uint8Array) return inMemory(body);
  return {
    sizeBytes,
    *pieces() {
      for (let start = 0; start < sizeBytes; start += pieceBytes) {
        yield readPiece(body, start, Math.min(pieceBytes, sizeBytes - start));
      }
    },
  };
}

/** Asked for before the body goes, so that the server finds out what a line or a memory has changed. */
export function checksumOf(body: LineBody): Buffer {
  const hash = createHash("sha256");
  for (const piece of body.pieces()) hash.update(piece);
  return hash.digest();
}
