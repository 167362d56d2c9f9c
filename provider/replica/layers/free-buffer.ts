import { Buffer } from "node:buffer";

/**
 * Gives a buffer's memory back at once, instead of at some later collection: compressing and encrypting leave two
 * large ones behind for each block, outside of the heap, where nothing presses the collector to look. No code may use
 * the buffer any more. One that shares its memory with others is left alone.
 */
export function freeBuffer(buffer: Uint8Array): void {
  const whole = buffer.buffer;
  if (!(whole instanceof ArrayBuffer) || buffer.byteOffset !== 0) return;
  // Small buffers come out of a pool of this size.
  if (whole.byteLength <= Buffer.poolSize) return;
  whole.transfer(0);
}
