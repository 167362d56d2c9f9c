/**
 * The words of the NBD protocol (network block device) that server and client know: fixed newstyle negotiation, simple
 * and structured replies, metadata contexts. Numbers are big-endian. Source: doc/proto.md of the NetworkBlockDevice/nbd
 * project.
 */
export const handshakeMagic = 0x4e42_444d_4147_4943n;
export const optionMagic = 0x4948_4156_454f_5054n;
export const optionReplyMagic = 0x0003_e889_0455_65a9n;
const requestMagic = 0x2560_9513;
export const simpleReplyMagic = 0x6744_6698;
export const structuredReplyMagic = 0x668e_33ef;

export const handshakeFlags = { fixedNewstyle: 1, noZeroes: 2 } as const;

export const option = {
  exportName: 1,
  abort: 2,
  list: 3,
  info: 6,
  go: 7,
  structuredReply: 8,
  listMetaContext: 9,
  setMetaContext: 10,
} as const;

const errorBit = 0x8000_0000;
export const optionReply = {
  ack: 1,
  server: 2,
  info: 3,
  metaContext: 4,
  unsupported: errorBit + 1,
  invalid: errorBit + 3,
  unknownExport: errorBit + 6,
  tooBig: errorBit + 9,
} as const;

/** What the server can do: has flags, flush, forced unit access, trim, several connections that see one disk. */
export const transmissionFlags = 0x0001 | 0x0004 | 0x0008 | 0x0020 | 0x0100;

/** Besides those: with structured replies a client may ask for a read in one piece. */
export const transmissionFlagDontFragment = 0x0080;

export const command = { read: 0, write: 1, disconnect: 2, flush: 3, trim: 4, blockStatus: 7 } as const;
/** Flags of a request. */
export const forcedUnitAccess = 1;
export const dontFragment = 4;
export const oneExtent = 8;

/** What a structured reply is made of; the last chunk of a reply has the flag `done`. */
export const chunk = { none: 0, data: 1, hole: 2, blockStatus: 5, error: 0x8001, errorAt: 0x8002 } as const;
export const chunkDone = 1;
export const chunkHeaderBytes = 20;

/** The context that says which ranges have no space of their own, and which read as zeros. */
export const allocationContext = "base:allocation";
/** The server's number for it. */
export const allocationContextId = 1;
export const allocationFlags = { hole: 1, zero: 2 } as const;

/** Error numbers of replies; they are Linux's. */
export const replyError = { none: 0, io: 5, invalid: 22, noSpace: 28, notSupported: 95 } as const;

/** A request moves no more than this; told to clients as the largest block. */
export const requestBytesMax = 32 * 1024 * 1024;
/** Of an option: the protocol's own limit of names, and some names of contexts with the numbers around them. */
export const optionBytesMax = 16_384;

export const requestHeaderBytes = 28;
export const optionHeaderBytes = 16;

export interface Request {
  readonly flags: number;
  readonly type: number;
  readonly cookie: bigint;
  readonly offset: bigint;
  readonly lengthBytes: number;
}

/** A request's header, or `undefined` if its magic number is wrong. */
export function decodeRequest(header: Buffer): Request | undefined {
  if (header.readUInt32BE(0) !== requestMagic) return undefined;
  return {
    flags: header.readUInt16BE(4),
    type: header.readUInt16BE(6),
    cookie: header.readBigUInt64BE(8),
    offset: header.readBigUInt64BE(16),
    lengthBytes: header.readUInt32BE(24),
  };
}

export function encodeRequest({ flags, type, cookie, offset, lengthBytes }: Request): Buffer {
  const header = Buffer.alloc(requestHeaderBytes);
  header.writeUInt32BE(requestMagic, 0);
  header.writeUInt16BE(flags, 4);
  header.writeUInt16BE(type, 6);
  header.writeBigUInt64BE(cookie, 8);
  header.writeBigUInt64BE(offset, 16);
  header.writeUInt32BE(lengthBytes, 24);
  return header;
}

export function encodeReply(error: number, cookie: bigint): Buffer {
  const reply = Buffer.alloc(16);
  reply.writeUInt32BE(simpleReplyMagic, 0);
  reply.writeUInt32BE(error, 4);
  reply.writeBigUInt64BE(cookie, 8);
  return reply;
}

export function encodeGreeting(): Buffer {
  const greeting = Buffer.alloc(18);
  greeting.writeBigUInt64BE(handshakeMagic, 0);
  greeting.writeBigUInt64BE(optionMagic, 8);
  greeting.writeUInt16BE(handshakeFlags.fixedNewstyle | handshakeFlags.noZeroes, 16);
  return greeting;
}

export function encodeOptionReply(to: number, type: number, data: Buffer = Buffer.alloc(0)): Buffer {
  const reply = Buffer.alloc(20);
  reply.writeBigUInt64BE(optionReplyMagic, 0);
  reply.writeUInt32BE(to, 8);
  reply.writeUInt32BE(type, 12);
  reply.writeUInt32BE(data.length, 16);
  return Buffer.concat([reply, data]);
}

/** Size and flags of an export, as the end of the old negotiation and as the piece of information 0. */
export function encodeExport(sizeBytes: number, isStructured: boolean): Buffer {
  const data = Buffer.alloc(10);
  data.writeBigUInt64BE(BigInt(sizeBytes), 0);
  data.writeUInt16BE(transmissionFlags | (isStructured ? transmissionFlagDontFragment : 0), 8);
  return data;
}

/** Head of one chunk of a structured reply; `dataBytes` follow it. */
export function encodeChunkHeader(type: number, cookie: bigint, dataBytes: number, isLast: boolean): Buffer {
  const header = Buffer.alloc(chunkHeaderBytes);
  header.writeUInt32BE(structuredReplyMagic, 0);
  header.writeUInt16BE(isLast ? chunkDone : 0, 4);
  header.writeUInt16BE(type, 6);
  header.writeBigUInt64BE(cookie, 8);
  header.writeUInt32BE(dataBytes, 16);
  return header;
}

/** The piece of information 3: any byte may be asked for, whole blocks cost least. */
export function encodeBlockSizes(preferredBytes: number): Buffer {
  const data = Buffer.alloc(14);
  data.writeUInt16BE(3, 0);
  data.writeUInt32BE(1, 2);
  data.writeUInt32BE(preferredBytes, 6);
  data.writeUInt32BE(requestBytesMax, 10);
  return data;
}
