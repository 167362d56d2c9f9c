/** The rest of a connection: one request after the other, each answered before the next is read. */
import type { SiteRecoveryError } from "../errors.ts";
import { isExpected } from "../errors.ts";
import type { ByteStream } from "./byte-stream.ts";
import type { Session } from "./negotiate.ts";
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
import { sendError, sendRead, sendStatus } from "./structured-reply.ts";

const nothing = Buffer.alloc(0);

/** Is told what kept a request from being done; the client sees an error number. */
type OnError = (error: SiteRecoveryError) => void;

/** Returns when the client has said goodbye or talks no NBD. Throws `StreamEnded`. */
export async function serveRequests(stream: ByteStream, session: Session, onError: OnError): Promise<void> {
  for (;;) {
    const request = decodeRequest(await stream.take(requestHeaderBytes));
    if (request === undefined || request.type === command.disconnect) return;
    const isWrite = request.type === command.write;
    // Data that are too long are not read, so that nothing can be understood after them.
    if (isWrite && request.lengthBytes > requestBytesMax) return;
    const data = isWrite ? await stream.take(request.lengthBytes) : nothing;
    await answer(stream, session, { request, data, onError });
  }
}

async function answer(
  stream: ByteStream,
  session: Session,
  { request, data, onError }: { request: Request; data: Buffer; onError: OnError },
): Promise<void> {
  const { disk, isStructured } = session;
  const { type, cookie } = request;
  const inChunks = isStructured && (type === command.read || type === command.blockStatus);
  const refusal = refusalOf(session, request);
  const outcome =
    refusal === replyError.none
      ? await attempt(onError, async () => {
          if (inChunks && type === command.read) await sendRead(stream, disk, request);
          else if (inChunks) await sendStatus(stream, disk, request);
          else return perform(disk, request, data);
          return nothing;
        })
      : refusal;
  if (typeof outcome !== "number") {
    if (!inChunks) await stream.send(encodeReply(replyError.none, cookie), outcome);
  } else if (inChunks) await sendError(stream, cookie, outcome);
  else await stream.send(encodeReply(outcome, cookie));
}

/** What the work returns, or the number of the error that kept it from being done. */
async function attempt(onError: OnError, work: () => Promise<Buffer>): Promise<Buffer | number> {
  try {
    return await work();
  } catch (error) {
    if (!isExpected(error)) throw error;
    onError(error);
    return error.code === "DiskFull" ? replyError.noSpace : replyError.io;
  }
}

async function perform(disk: ServedDisk, request: Request, data: Buffer): Promise<Buffer> {
  const offset = Number(request.offset);
  let result = nothing;
  if (request.type === command.read) {
    result = Buffer.allocUnsafe(request.lengthBytes);
    await disk.read(result, offset);
  } else if (request.type === command.write) {
    await disk.write(data, offset);
  }
  // A trim is a hint; the bytes may stay as they are.
  if (request.type === command.flush || (request.flags & forcedUnitAccess) !== 0) await disk.flush();
  return result;
}

const knownCommands: readonly number[] = [command.read, command.write, command.trim];

function refusalOf({ disk, hasAllocation }: Session, { type, offset, lengthBytes }: Request): number {
  if (type === command.flush) return replyError.none;
  const isStatus = type === command.blockStatus;
  // Whoever has chosen no context can learn nothing.
  if (isStatus && (!hasAllocation || lengthBytes === 0)) return replyError.invalid;
  if (!isStatus && !knownCommands.includes(type)) return replyError.notSupported;
  if (type === command.read && lengthBytes > requestBytesMax) return replyError.invalid;
  if (offset + BigInt(lengthBytes) <= BigInt(disk.sizeBytes)) return replyError.none;
  return type === command.write ? replyError.noSpace : replyError.invalid;
}
