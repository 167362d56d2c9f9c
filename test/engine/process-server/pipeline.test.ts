import { afterEach, expect, it } from "vitest";
import { FolderObjects } from "../../../provider/drivers/objects-folder/folder-objects.ts";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { openPipeline } from "../../../provider/engine/process-server/pipeline.ts";
import { runInOrder } from "../../../provider/engine/process-server/run-in-order.ts";
import type { RestoreBatch } from "../../../provider/engine/process-server/batches.ts";
import { noise, ProtectedDisk } from "../replication/protected-disk.ts";

let disk: ProtectedDisk | undefined;

afterEach(() => disk?.remove());

it("[C-2] worker threads and the calling thread store and restore the same bytes", async () => {
  disk = await ProtectedDisk.make(40 * 1_048_576, { threads: 2 });
  for (let at = 0; at < 40; at += 3) disk.write(at * 1_048_576 + 5, noise(at + 1, 700_000));
  const first = await disk.initial();
  expect((await disk.restored(first.pointId)).equals(disk.image())).toBe(true);
  for (let block = 0; block < 600; block += 1) disk.fill(block, 2, "text", 300);
  const second = await disk.delta();
  expect((await disk.restored(second.pointId)).equals(disk.image())).toBe(true);
  await disk.reopen();
  expect((await disk.restored(second.pointId)).equals(disk.image())).toBe(true);
});

const reach = { files: localFileSystem, objects: new FolderObjects(localFileSystem, "/nowhere") };

const missing: RestoreBatch = {
  type: "restore",
  toPath: "/nowhere/at/all",
  diskSizeBytes: 65_536,
  from: { driver: "folder", settings: { folder: "/nowhere" } },
  diskName: "machines/none/disks/none",
  scope: "",
  ring: { storeId: new Uint8Array(16), dataKey: new Uint8Array(32), format: 2 },
  blocks: new Uint32Array(1),
  segment: new Int32Array(1),
  offset: new Uint32Array(1),
  length: new Uint32Array(1),
  checksum: new Uint8Array(16),
  segments: ["00".repeat(16)],
  image: "zeros",
};

it("brings an error of a worker back with its code and target", async () => {
  const pipeline = openPipeline(reach, 1);
  const wanted = { code: "NotFound", target: missing.toPath };
  await expect(pipeline.run(missing)).rejects.toMatchObject(wanted);
  await pipeline.close();
});

it("fails a batch whose worker ends, and says what to do", async () => {
  const pipeline = openPipeline(reach, 1);
  // Closing it ends the worker before it has answered.
  const runs = [pipeline.run(missing), pipeline.run(missing)].map((run) =>
    run.catch((error: unknown) => error),
  );
  await pipeline.close();
  for (const error of await Promise.all(runs)) {
    expect(error).toMatchObject({ code: "JobFailed", message: expect.stringMatching(/Run the cycle again/) });
  }
});

it("draws no more batches than there is room for, and leaves none running after a failure", async () => {
  let drawn = 0;
  let running = 0;
  let runningMax = 0;
  const pipeline = {
    width: 3,
    run: async () => {
      running += 1;
      runningMax = Math.max(runningMax, running);
      await Promise.resolve();
      running -= 1;
      if (drawn === 10) throw new Error("the tenth fails");
      return { bytesWritten: 1, blocksWritten: 1, blocksEqual: 0 };
    },
    close: () => Promise.resolve(),
  };
  function* batches() {
    for (drawn = 1; drawn <= 100; drawn += 1) yield { batch: missing, context: drawn };
  }
  const received: number[] = [];
  const run = runInOrder(pipeline as never, batches(), (_result, context) => received.push(context));
  await expect(run).rejects.toThrow("the tenth fails");
  expect(running).toBe(0);
  expect(runningMax).toBeLessThanOrEqual(3);
  expect(received).toEqual([...received].sort((left, right) => left - right));
  expect(drawn).toBeLessThan(15);
});
