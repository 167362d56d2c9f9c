import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import { blockSizeBytes, type MachineSnapshot } from "../../provider/disks/disk.ts";
import type { SourceDisk } from "../../provider/ports/snapshots.ts";
import { describeWith } from "../qemu/installed.ts";
import { diskSizeBytes } from "../drivers/machines-qemu/guest-site.ts";
import { libvirtPrograms, SessionLibvirt } from "./session-libvirt.ts";

describeWith(libvirtPrograms, "snapshots of a libvirt domain", () => {
  let libvirt: SessionLibvirt;
  let count = 0;
  let name = "";
  beforeAll(async () => {
    libvirt = await SessionLibvirt.start();
  });
  afterEach(() => libvirt.end(name));
  afterAll(() => libvirt?.close());

  const define = (...disks: readonly string[]): SourceDisk[] => {
    name = `web${(count += 1)}`;
    const place = libvirt.define(name, { disks });
    return disks.map((disk) => libvirt.disk(place, disk));
  };
  const running = async (...disks: readonly string[]): Promise<SourceDisk[]> => {
    const defined = define(...disks);
    await libvirt.machines().start(defined[0]!.machine);
    return defined;
  };
  const take = async (disks: readonly SourceDisk[]): Promise<MachineSnapshot> =>
    (await libvirt.snapshots().take([disks]))[0]!;
  /** By disk: the blocks that a cycle has to copy, or why all of them. */
  const found = ({ disks }: MachineSnapshot): (readonly string[] | number[])[] =>
    disks.map((disk) => (disk.resyncRequired ? disk.resyncReasons : [...disk.changedBlocks()]));
  const cycle = async (disks: readonly SourceDisk[]): Promise<(readonly string[] | number[])[]> => {
    const snapshot = await take(disks);
    const result = found(snapshot);
    await snapshot.finishReading?.();
    await snapshot.complete();
    return result;
  };
  const state = (disk: SourceDisk): Promise<object> => libvirt.snapshots().stateOf(disk);
  const kill = async (disk: SourceDisk): Promise<void> => {
    process.kill(libvirt.qemuOf(name), "SIGKILL");
    while ((await libvirt.machines().powerState(disk.machine)) === "running") await systemClock.sleep(100);
  };

  /** A process that is killed while it has a snapshot. */
  const takeAndDie = async (disk: SourceDisk): Promise<void> => {
    const script = fileURLToPath(new URL("hold-snapshot.ts", import.meta.url));
    const words = [script, libvirt.parts.folder, disk.machine, disk.diskId];
    const holder = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(holder.stdout, "data")) as [Buffer];
    expect(line.toString()).toBe("held\n");
    holder.kill("SIGKILL");
    await once(holder, "exit");
  };

  it("copy everything once, then exactly what has changed on each disk, of one instant", async () => {
    const disks = await running("vda", "vdb");
    expect(await state(disks[0]!)).toMatchObject({ tracked: false, resyncReasons: ["NewTracking"] });
    const first = await take(disks);
    expect(found(first)).toEqual([["NewTracking"], ["NewTracking"]]);
    expect(first.disks.map(({ sizeBytes }) => sizeBytes)).toEqual([diskSizeBytes, diskSizeBytes]);
    libvirt.write(name, 16, 9);
    const block = Buffer.alloc(19);
    first.disks[0]!.read(block, 16 * blockSizeBytes);
    expect(block.toString()).toBe("data of this disk d");
    const data = [...first.disks[0]!.dataRanges!()].flatMap(({ firstBlock, blockCount }) =>
      Array.from({ length: blockCount }, (_, index) => firstBlock + index),
    );
    expect(data).toEqual([0, 16, 17]);
    await first.finishReading?.();
    for (let time = 0; time < 2; time += 1) await first.complete();

    libvirt.write(name, 40, 9, "virtio-disk1");
    expect(await state(disks[0]!)).toMatchObject({ tracked: true, pendingBlocks: 1, resyncReasons: [] });
    const second = await take(disks);
    expect(found(second)).toEqual([[16], [40]]);
    expect(second.disks[1]!.continues(first.disks[1]!.lineage!)).toBe(true);
    second.disks[1]!.read(block, 40 * blockSizeBytes);
    expect(block.equals(Buffer.alloc(block.length, 9))).toBe(true);
    await second.finishReading?.();
    await second.complete();
    expect(await cycle(disks)).toEqual([[], []]);
  });

  it("that are abandoned keep the changes pending", async () => {
    const disks = await running("vda");
    await cycle(disks);
    libvirt.write(name, 5, 9);
    const failed = await take(disks);
    libvirt.write(name, 6, 9);
    for (let time = 0; time < 2; time += 1) await failed.abandon();
    expect(await state(disks[0]!)).toMatchObject({ pendingBlocks: 2 });
    expect(await cycle(disks)).toEqual([[5, 6]]);
  });

  it("of a process that died are cleared by the next one, which has the changes of both", async () => {
    const disks = await running("vda");
    await cycle(disks);
    libvirt.write(name, 5, 9);
    await takeAndDie(disks[0]!);
    expect(libvirt.virsh("backup-dumpxml", name)).toContain("changed-vda");
    libvirt.write(name, 6, 9);
    const after = await take(disks);
    expect(found(after)).toEqual([[5, 6]]);
    await after.finishReading?.();
    await after.complete();
    expect(libvirt.virsh("checkpoint-list", name, "--name").split("\n")).toHaveLength(1);
    expect(fs.readdirSync(`${libvirt.folder}/images`).filter((file) => file.includes(".sr-"))).toEqual([]);
    expect(await cycle(disks)).toEqual([[]]);
  });

  it("of a domain that is off leave it off, and its changes are known without starting it", async () => {
    const disks = await running("vda");
    await cycle(disks);
    libvirt.write(name, 5, 9);
    await libvirt.machines().shutDown(disks[0]!.machine);
    expect(await state(disks[0]!)).toMatchObject({ tracked: true, pendingBlocks: 1 });
    expect(await cycle(disks)).toEqual([[5]]);
    expect(await libvirt.machines().powerState(disks[0]!.machine)).toBe("off");
    expect(await state(disks[0]!)).toMatchObject({ tracked: true, pendingBlocks: 0 });
  });

  it("compare everything when QEMU was killed, and have deltas again after that", async () => {
    const disks = await running("vda");
    await cycle(disks);
    await kill(disks[0]!);
    expect(await state(disks[0]!)).toMatchObject({ resyncRequired: true, resyncReasons: ["TrackingLost"] });
    expect(await cycle(disks)).toEqual([["TrackingLost"]]);
    await libvirt.machines().start(disks[0]!.machine);
    libvirt.write(name, 7, 9);
    expect(await cycle(disks)).toEqual([[7]]);
  });

  it("compare everything when a disk was resized, of which QEMU marks nothing", async () => {
    const disks = await running("vda");
    await cycle(disks);
    libvirt.virsh("blockresize", name, "vda", `${(2 * diskSizeBytes) / 1024}K`);
    expect(await state(disks[0]!)).toMatchObject({ resyncReasons: ["SizeChanged"] });
    expect(await cycle(disks)).toEqual([["SizeChanged"]]);
    expect(await cycle(disks)).toEqual([[]]);
  });

  it("copy a disk that is protected later as a whole, and the others by their changes", async () => {
    const disks = await running("vda", "vdb");
    await cycle([disks[0]!]);
    libvirt.write(name, 5, 9);
    expect(await cycle(disks)).toEqual([[5], ["NewTracking"]]);
    expect(await cycle(disks)).toEqual([[], []]);
  });

  it("leave alone the backup of another program", async () => {
    const disks = await running("vda");
    const file = `${libvirt.folder}/other.xml`;
    const scratch = `${libvirt.folder}/images/other.scratch`;
    fs.writeFileSync(
      file,
      `<domainbackup mode="pull"><server transport="unix" socket="${libvirt.folder}/images/other.sock"/>
        <disks><disk name="vda" backup="yes" type="file"><scratch file="${scratch}"/></disk></disks></domainbackup>`,
    );
    libvirt.virsh("backup-begin", name, file);
    await expect(take(disks)).rejects.toMatchObject({ code: "Busy" });
    expect(libvirt.virsh("backup-dumpxml", name)).toContain("other.sock");
    libvirt.virsh("domjobabort", name);
    expect(await cycle(disks)).toEqual([["NewTracking"]]);
  });

  it("are refused for a raw image, which keeps no record of changes, and for a group", async () => {
    const [web] = define("vda");
    const group = libvirt.snapshots().take([[web!], [web!]]);
    await expect(group).rejects.toMatchObject({ code: "PrerequisitesNotMet" });
    const place = libvirt.define("raw1", { format: "raw" });
    const disk = libvirt.disk(place);
    await expect(take([disk])).rejects.toMatchObject({ code: "PrerequisitesNotMet", property: "disks" });
    await expect(state(disk)).rejects.toThrow("qemu-img convert -O qcow2");
  });
});
