import { expect, it, onTestFinished } from "vitest";
import { ProtectedDisk } from "../engine/replication/protected-disk.ts";

it("a compaction keeps what a killed initial copy has sent, for the one that resumes it", async () => {
  const disk = await ProtectedDisk.make(5 * 1_048_576);
  onTestFinished(() => disk.remove());
  const machine = await disk.store.machine(disk.machineId);
  await machine.prepare([disk.diskId]);
  const { name } = machine.newLayer(disk.diskId, "segment");
  await machine.objects.put(name, Buffer.from("sent before the kill"), "ifAbsent");
  expect(await disk.store.compact(disk.machineId)).toBe(0);
  expect(await machine.objects.facts(name)).toBeDefined();
});
