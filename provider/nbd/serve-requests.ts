/** The rest of a connection: one request after the other, each answered before the next is read. */
import type { SiteRecoveryError } from "../errors.ts";
import { isExpected } from "../errors.ts";
import type { ByteStream } from "./byte-stream.ts";
import type { ServedDisk } from "./served-disk.ts";
import {
  command,
  decodeRequest,
  encodeReply,
  forcedUnitAccess,
  replyError,
  type Request,
  requestBytesMax,
  requestHeaderBytes,
} from "./protocol.ts";

const nothing = Buffer.alloc(0);

/**
 * Returns when the client has said goodbye or talks no NBD. `onError` gets what kept a request from being done;
 * the client sees an error number. Throws `StreamEnded`.
 */
export async function serveRequests(
  stream: ByteStream,
  disk: ServedDisk,
  onError: (error: SiteRecoveryError) => void,
): Promise<void> {
  for (;;) {
    const request = decodeRequest(await stream.take(requestHeaderBytes));
    if (request === undefined || request.type === command.disconnect) return;
    const isWrite = request.type === command.write;
    // Data that are too long are not read, so that nothing can be understood after them.
    if (isWrite && request.lengthBytes > requestBytesMax) return;
    const data = isWrite ? await stream.take(request.lengthBytes) : nothing;
    const { error, result } = await perform(disk, request, data, onError);
    await stream.send(encodeReply(error, request.cookie), result);
  }
}

interface Outcome {
  readonly error: number;
  readonly result: Buffer;
}

async function perform(
  disk: ServedDisk,
  request: Request,
  data: Buffer,
  onError: (error: SiteRecoveryError) => void,
): Promise<Outcome> {
  const refusal = refusalOf(disk, request);
  if (refusal !== replyError.none) return { error: refusal, result: nothing };
  const offset = Number(request.offset);
  try {
    let result = nothing;
    if (request.type === command.read) {
      result = Buffer.allocUnsafe(request.lengthBytes);
      await disk.read(result, offset);
    } else if (request.type === command.write) {
      await disk.write(data, offset);
    }
    // A trim is a hint; the bytes may stay as they are.
    if (request.type === command.flush || (request.flags & forcedUnitAccess) !== 0) await disk.flush();
    return { error: replyError.none, result };
  } catch (error) {
    if (!isExpected(error)) throw error;
    onError(error);
    return { error: error.code === "DiskFull" ? replyError.noSpace : replyError.io, result: nothing };
  }
}

function refusalOf(disk: ServedDisk, { type, offset, lengthBytes }: Request): number {
  if (type === command.flush) return replyError.none;
  if (type !== command.read && type !== command.write && type !== command.trim)
    return replyError.notSupported;
  if (type === command.read && lengthBytes > requestBytesMax) return replyError.invalid;
  if (offset + BigInt(lengthBytes) <= BigInt(disk.sizeBytes)) return replyError.none;
  return type === command.write ? replyError.noSpace : replyError.invalid;
}
