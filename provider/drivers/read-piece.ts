import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { Body } from "../ports/objects.ts";

/** Bytes of a body, in memory. Throws `IoFailed` if its file is shorter than it was. */
export function readPiece(body: Body, start: number, length: number): Uint8Array {
  if (body instanceof Uint8Array) return body.subarray(start, start + length);
  const file = body.files.open(body.path, "read");
  try {
    const bytes = Buffer.alloc(length);
    if (file.read(bytes, start) === length) return bytes;
  } finally {
    file.close();
  }
  const message = said`${body.path} is shorter than it was written. Run the command again.`;
  throw new SiteRecoveryError("IoFailed", message, { target: body.path });
}
