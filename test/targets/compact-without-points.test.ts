import fs from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { ProtectedDisk } from "../engine/replication/protected-disk.ts";

it("a compaction keeps what a killed initial copy has sent, for the one that resumes it", async () => {
  const disk = new ProtectedDisk(5 * 1_048_576);
  onTestFinished(() => disk.remove());
  const machine = disk.store.machine(disk.machineId);
  machine.prepare([disk.diskId]);
  const { path } = machine.newLayer(disk.diskId, "segment");
  fs.writeFileSync(path, "sent before the kill");
  expect(await disk.store.compact(disk.machineId)).toBe(0);
  expect(fs.existsSync(path)).toBe(true);
});
