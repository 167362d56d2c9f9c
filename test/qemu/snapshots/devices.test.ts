import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { connectQmp, type Qmp } from "../../../provider/qemu/qmp.ts";
import { nodeNameOf } from "../../../provider/qemu/snapshots/block-nodes.ts";
import { pendingChanges } from "../../../provider/qemu/snapshots/pending-changes.ts";
import { takeBitmapSnapshot } from "../../../provider/qemu/snapshots/take-bitmap-snapshot.ts";
import { wrapImage, wrappedBlockdev } from "../../../provider/qemu/snapshots/wrapper.ts";
import { describeWith } from "../installed.ts";
import { MiB, Rig } from "./rig.ts";

let rig: Rig;
let child: ChildProcess | undefined;
let qmp: Qmp;

afterEach(async () => {
  qmp.close();
  if (child?.kill("SIGTERM")) await once(child, "exit");
  await rig.remove();
});

/** A computer that is switched on and stopped before its first instruction. */
async function startQemu(devices: readonly string[]): Promise<void> {
  rig = new Rig({ os: 4 * MiB, data: 4 * MiB });
  const socketPath = path.join(rig.folder, "qmp.sock");
  const images = await Promise.all(rig.disks.map(({ imagePath }) => wrapImage(imagePath)));
  child = spawn(
    "qemu-system-x86_64",
    [
      ["-M", "pc,accel=tcg", "-m", "32", "-S", "-nodefaults", "-display", "none"],
      ["-qmp", `unix:${socketPath},server=on,wait=off`],
      ...images.map((image, index) => [
        "-blockdev",
        JSON.stringify(wrappedBlockdev(image, `first-${rig.disks[index]!.diskId}`)),
      ]),
      ...devices.map((device) => ["-device", device]),
    ].flat(),
    { stdio: "ignore" },
  );
  qmp = await connectQmp(socketPath, { machine: "web1" });
}

const folders = (): { fleeceFolder: string; exportFolder: string } => ({
  fleeceFolder: path.join(rig.folder, "fleece"),
  exportFolder: path.join(rig.folder, "export"),
});

describeWith(["qemu-system-x86_64", "qemu-img"], "disks by their devices", () => {
  it("are found for each way to attach them, also while a snapshot is read", async () => {
    await startQemu([
      "virtio-blk-pci,id=os,drive=first-os",
      "virtio-scsi-pci,id=bus",
      "scsi-hd,id=data,drive=first-data",
    ]);
    const disks = rig.disks.map(({ diskId, sizeBytes }) => ({
      diskId,
      address: { device: diskId },
      sizeBytes,
    }));
    const first = await takeBitmapSnapshot(qmp, { ...folders(), disks });
    expect(first.disks.map(({ changes }) => changes)).toEqual(
      disks.map(() => ({ everything: "NewTracking" })),
    );
    expect(fs.readFileSync(first.disks[1]!.path).equals(rig.disk("data").expected)).toBe(true);
    await first.complete();
    const since = first.disks[0]!.lineage;
    const again = { ...disks[0]!, since };
    const second = await takeBitmapSnapshot(qmp, { ...folders(), disks: [again] });
    expect(await pendingChanges(qmp, again)).toEqual({ blocks: 0 });
    expect(second.disks[0]!.changes).toMatchObject({ count: 0 });
    await second.complete();
    await expect(nodeNameOf(qmp, { device: "o" })).rejects.toMatchObject({ code: "NotFound" });
  });

  it("lose their tracking when they are moved to another image, and say so", async () => {
    await startQemu(["virtio-blk-pci,id=os,drive=first-os"]);
    const disk = { diskId: "os", address: { device: "os" }, sizeBytes: 4 * MiB };
    const first = await takeBitmapSnapshot(qmp, { ...folders(), disks: [disk] });
    await first.complete();
    const filename = path.join(rig.folder, "moved.img");
    fs.writeFileSync(filename, Buffer.alloc(4 * MiB));
    const moved = await wrapImage(filename);
    await qmp.execute("blockdev-add", wrappedBlockdev(moved, "second-os"));
    const job = { "job-id": "move", device: "first-os", target: "second-os", sync: "full" };
    await qmp.execute("blockdev-mirror", job);
    await qmp.waitFor("BLOCK_JOB_READY");
    await qmp.execute("block-job-complete", { device: "move" });
    await qmp.waitFor("BLOCK_JOB_COMPLETED");
    expect(await nodeNameOf(qmp, disk.address)).toBe("second-os");
    const since = first.disks[0]!.lineage;
    expect(await pendingChanges(qmp, { ...disk, since })).toEqual({ everything: "TrackingLost" });
    const second = await takeBitmapSnapshot(qmp, { ...folders(), disks: [{ ...disk, since }] });
    expect(second.disks[0]!.changes).toEqual({ everything: "TrackingLost" });
    await second.complete();
  });
});
