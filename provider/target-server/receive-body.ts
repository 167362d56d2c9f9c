import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FileSystem, OpenFile } from "../blocks/file-system.ts";
import { digestHeader } from "../drivers/objects-https/protocol.ts";
import { RequestRefused } from "./refuse.ts";

/** How long a body is, by its request. Throws `RequestRefused` if it does not say, or is larger than `bytesMax`. */
export function bodyLength({ headers }: IncomingMessage, bytesMax: number): number {
  const text = headers["content-length"] ?? "";
  if (!/^\d{1,15}$/.test(text)) throw new RequestRefused("BadRequest", "The request has no content-length.");
  const length = Number(text);
  if (length > bytesMax) throw new RequestRefused("TooLarge", `Objects have at most ${bytesMax} bytes here.`);
  return length;
}

/**
 * Writes a body to a new file, and makes it durable if it is what its digest says. The file stays when this throws.
 */
export async function receiveBody(
  request: IncomingMessage,
  files: FileSystem,
  filePath: string,
  length: number,
): Promise<void> {
  const digest = request.headers["content-digest"];
  if (digest === undefined) throw new RequestRefused("BadRequest", "The request has no content-digest.");
  const file = files.open(filePath, "createNew");
  try {
    const sha256 = await writeBody(request, file, length);
    if (digestHeader(sha256) !== digest)
      throw new RequestRefused("BadDigest", "The body is not what its digest says.");
    await file.syncLater();
  } finally {
    file.close();
  }
}

async function writeBody(request: IncomingMessage, file: OpenFile, length: number): Promise<Buffer> {
  const hash = createHash("sha256");
  let at = 0;
  for await (const chunk of chunksOf(request)) {
    hash.update(chunk);
    file.write(chunk, at);
    at += chunk.length;
  }
  if (at !== length) throw new RequestRefused("BadDigest", "The body is shorter than its length.");
  return hash.digest();
}

/** What fails in between must still be answered, on the connection that ends otherwise. */
function chunksOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

/** A small body, in memory. */
export async function receiveSmall(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const length = bodyLength(request, bytesMax);
  const chunks: Buffer[] = [];
  for await (const chunk of chunksOf(request)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== length) throw new RequestRefused("BadDigest", "The body is shorter than its length.");
  return bytes;
}
