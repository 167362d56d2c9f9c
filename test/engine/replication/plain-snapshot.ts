/**
 * A machine snapshot made by hand, for tests of the target side: nothing tracks the image, the test itself
 * says which blocks have changed. The image must not be written to while the snapshot lives.
 */
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { BlockSet } from "../../../provider/disks/block-set.ts";
import { blockCountOf, type DiskSnapshot, type MachineSnapshot } from "../../../provider/disks/disk.ts";
import { openSnapshotReader } from "../../../provider/disks/snapshot-reader.ts";
import { encodeSnapshotHeader } from "../../../provider/disks/snapshot-file.ts";

export interface PlainDisk {
  readonly path: string;
  readonly changed?: Iterable<number>;
  readonly resyncRequired?: boolean;
  /** Whether the changes follow the newest recovery point without a gap; default true. */
  readonly isContinued?: boolean;
}

export interface PlainSnapshot extends MachineSnapshot {
  readonly ended: () => "completed" | "abandoned" | undefined;
}

const snapshotId = "00000000-0000-4000-8000-000000000000";

function plainDiskSnapshot(disk: PlainDisk): DiskSnapshot {
  const snapshotPath = `${disk.path}.plain-snapshot`;
  const image = localFileSystem.open(disk.path, "read");
  const { sizeBytes } = image.size();
  image.close();
  const file = localFileSystem.open(snapshotPath, "createOrOpen");
  file.write(
    encodeSnapshotHeader({
      snapshotId,
      holder: { processIdentity: "", threadId: 0 },
      bootId: "",
      sealedThrough: 0,
      sizeBytes,
    }),
    0,
  );
  file.truncate(4096 + blockCountOf(sizeBytes));
  file.close();
  const changed = new BlockSet(blockCountOf(sizeBytes));
  for (const block of disk.changed ?? []) changed.add(block);
  const reader = { diskPath: disk.path, snapshotPath, snapshotId, sizeBytes };
  return {
    path: disk.path,
    sizeBytes,
    changedBlocks: () => changed,
    resyncRequired: disk.resyncRequired ?? false,
    resyncReasons: disk.resyncRequired === true ? ["HalfOfDisk"] : [],
    lineage: { tracker: "plain", generation: 1, logId: "plain" },
    continues: () => disk.isContinued ?? true,
    read: (buffer, offset) => {
      const opened = openSnapshotReader(reader);
      opened.read(buffer, offset);
      opened.close();
    },
    reader,
  };
}

export function plainSnapshot(disks: readonly PlainDisk[], takenAt = 0): PlainSnapshot {
  let ended: "completed" | "abandoned" | undefined;
  const end = (how: "completed" | "abandoned"): Promise<void> => {
    ended = how;
    for (const disk of disks) localFileSystem.remove(`${disk.path}.plain-snapshot`);
    return Promise.resolve();
  };
  return {
    takenAt,
    disks: disks.map(plainDiskSnapshot),
    complete: () => end("completed"),
    abandon: () => end("abandoned"),
    ended: () => ended,
  };
}
