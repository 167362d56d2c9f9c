/**
 * zstd for blocks. Node makes a context for each call, which takes longer than a block that does not shrink; and what it
 * leaves behind lies outside of the heap. So the functions of the zstd that Node brings are called directly where they
 * can be had, with one context a thread. Both ways read and write the same frames.
 */
import zlib from "node:zlib";
import { nativeCall } from "../../blocks/native-library.ts";
import { freeBuffer } from "./free-buffer.ts";

const level = 1;
export const compression = { [zlib.constants.ZSTD_c_compressionLevel]: level };

/** The room that compressing takes: with less it may fail although the frame would fit. */
export function compressionRoom(plainBytes: number): number {
  return plainBytes + (plainBytes >> 8) + 1024;
}

/** Compresses and decompresses; `node` is the way that is there everywhere. */
export interface BlockCompression {
  /** Compresses into `output`, which has `compressionRoom`; returns the length of the frame. */
  compress(plain: Uint8Array, output: Buffer): number;
  /** Decompresses a frame that fills `output` exactly; throws when it does not. */
  decompress(frame: Uint8Array, output: Buffer): void;
}

export const nodeCompression: BlockCompression = {
  compress: (plain, output) => {
    // One chunk that always fits keeps zlib from growing its output in steps.
    const chunkSize = compressionRoom(plain.length);
    const options = { params: compression, chunkSize, pledgedSrcSize: plain.length };
    const frame = zlib.zstdCompressSync(plain, options);
    output.set(frame);
    const { length } = frame;
    freeBuffer(frame);
    return length;
  },
  decompress: (frame, output) => {
    const options = { chunkSize: output.length + 64, maxOutputLength: output.length };
    const plain = zlib.zstdDecompressSync(frame, options);
    requireLength(plain.length, output);
    output.set(plain);
    freeBuffer(plain);
  },
};

const native = {
  compressionBytes: nativeCall("size_t ZSTD_estimateCCtxSize(int)"),
  initCompression: nativeCall("void *ZSTD_initStaticCCtx(void *, size_t)"),
  compress: nativeCall("size_t ZSTD_compressCCtx(void *, void *, size_t, void *, size_t, int)"),
  decompressionBytes: nativeCall("size_t ZSTD_estimateDCtxSize(void)"),
  initDecompression: nativeCall("void *ZSTD_initStaticDCtx(void *, size_t)"),
  decompress: nativeCall("size_t ZSTD_decompressDCtx(void *, void *, size_t, void *, size_t)"),
};

/** `undefined` where Node does not offer its zstd to others. */
export function openNativeCompression(): BlockCompression | undefined {
  const [compress, decompress] = [native.compress(), native.decompress()];
  const packing = makeContext(native.compressionBytes()?.(level).result, native.initCompression());
  const unpacking = makeContext(native.decompressionBytes()?.().result, native.initDecompression());
  if (!compress || !decompress || !packing || !unpacking) return undefined;
  return {
    compress: (plain, output) => {
      const { result } = compress(packing, output, output.length, plain, plain.length, level);
      // An error is a number near the largest one.
      if (result > output.length) throw new Error(`zstd cannot compress ${plain.length} bytes: ${result}`);
      return result;
    },
    decompress: (frame, output) => {
      requireLength(decompress(unpacking, output, output.length, frame, frame.length).result, output);
    },
  };
}

/**
 * A context in memory of our own: the function that makes it returns where it begins, which is where the memory
 * begins. It goes when its thread does, however that ends.
 */
function makeContext(
  sizeBytes: number | undefined,
  init: ReturnType<typeof native.initCompression>,
): Buffer | undefined {
  if (sizeBytes === undefined || init === undefined || sizeBytes > contextBytesMax) return undefined;
  const memory = Buffer.allocUnsafeSlow(sizeBytes);
  return init(memory, memory.length).result === 0 ? undefined : memory;
}

const contextBytesMax = 16 * 1_048_576;

function requireLength(length: number, output: Buffer): void {
  if (length !== output.length) throw new Error(`the frame does not hold ${output.length} bytes`);
}

let opened: BlockCompression | undefined;

/** What this thread compresses and decompresses with. */
export function blockCompression(): BlockCompression {
  return (opened ??= openNativeCompression() ?? nodeCompression);
}
