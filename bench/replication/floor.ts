/**
 * What a full copy costs at least: `node floor.ts <image> <folder>`. As many threads as cores read the data of the image,
 * and hash, compress, encrypt and write it, block by block, and wait for the device once at the end. There is no
 * map, no index, no comparison, no order and nothing to continue from.
 */
import { createCipheriv, createSecretKey, hash, randomBytes } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Worker, isMainThread, workerData } from "node:worker_threads";
import type * as Compression from "../../provider/replica/layers/block-compression.ts";
import { blockBytes } from "./disk-image.ts";

const pieceBlocks = 64;

interface Share {
  readonly image: string;
  readonly output: string;
  readonly number: number;
  readonly of: number;
}

async function work({ image, output, number, of }: Share): Promise<void> {
  // The same calls of zstd as ours.
  const built = new URL("../../dist/replica/layers/block-compression.js", import.meta.url).href;
  const { blockCompression, compressionRoom } = (await import(built)) as typeof Compression;
  const { compress } = blockCompression();
  const [from, to] = [fs.openSync(image, "r"), fs.openSync(output, "w")];
  const key = createSecretKey(randomBytes(32));
  const piece = Buffer.alloc(pieceBlocks * blockBytes);
  const packed = Buffer.alloc(compressionRoom(blockBytes));
  const zeros = Buffer.alloc(blockBytes);
  const nonce = Buffer.alloc(12);
  let counter = 0;
  const seal = (block: Buffer): Buffer[] => {
    hash("sha256", block, "buffer");
    const length = compress(block, packed);
    nonce.writeUInt32LE((counter += 1));
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    const sealed = cipher.update(length < block.length ? packed.subarray(0, length) : block);
    return [sealed, cipher.final(), cipher.getAuthTag()];
  };
  for (let at = number * piece.length; ; at += of * piece.length) {
    const count = fs.readSync(from, piece, 0, piece.length, at);
    if (count === 0) break;
    const blocks = Array.from({ length: Math.ceil(count / blockBytes) }, (_, index) =>
      piece.subarray(index * blockBytes, Math.min(count, (index + 1) * blockBytes)),
    );
    const sealed = blocks.filter((block) => !block.equals(zeros)).flatMap(seal);
    if (sealed.length > 0) fs.writevSync(to, sealed);
  }
  fs.fsyncSync(to);
}

if (isMainThread) {
  const [image, folder] = process.argv.slice(2) as [string, string];
  const of = os.availableParallelism();
  const threads = Array.from({ length: of }, (_, number) => {
    const share: Share = { image, output: path.join(folder, `floor-${number}`), number, of };
    return new Worker(new URL(import.meta.url), { workerData: share });
  });
  for (const [status] of (await Promise.all(threads.map((thread) => once(thread, "exit")))) as [number][]) {
    if (status !== 0) process.exit(1);
  }
} else {
  await work(workerData as Share);
}
