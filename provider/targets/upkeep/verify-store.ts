import path from "node:path";
import { hasCode } from "../../errors.ts";
import type { MachineFolder } from "../machine-folder.ts";
import type { VerifyFinding, VerifyOptions, VerifyResult } from "../replica-store.ts";
import { fileSize } from "../read-whole-file.ts";
import { damageOf } from "./verify-layer.ts";
import { verifyMachine } from "./verify-machine.ts";

export interface VerifiedStore {
  /** Folders that hold a machine. */
  readonly folders: readonly string[];
  /** Reads a machine's name out of its folder. Throws `Damaged`. */
  readId(folder: string): string;
  /** Ids of machines that can be read in any folder. */
  claimedIds(): string[];
  machine(machineId: string): MachineFolder;
}

/**
 * Reads all that a store holds, machine by machine, and notes with each machine what a resync must not rely on.
 * A machine whose name cannot be read is still verified when it is one of the known ones, or when another folder holds it.
 */
export async function verifyStore(
  store: VerifiedStore,
  onFinding: (finding: VerifyFinding) => void,
  options: VerifyOptions,
): Promise<VerifyResult> {
  const result = { objectsRead: 0, bytesRead: 0, findingCount: 0, pointCount: 0 };
  const found = (finding: VerifyFinding): void => {
    result.findingCount += 1;
    onFinding(finding);
  };
  const bytesTotal = options.onProgress ? layerBytes(store) : 0;
  for (const folder of store.folders) {
    const known = options.knownMachines ?? [];
    const ids = [...known.map(({ machineId }) => machineId), ...store.claimedIds()];
    const machine = machineOf(store, folder, ids, found);
    if (machine === undefined) continue;
    const onRead = (bytesRead: number): void => {
      result.objectsRead += 1;
      result.bytesRead += bytesRead;
      options.onProgress?.({ objectsRead: result.objectsRead, bytesRead: result.bytesRead, bytesTotal });
    };
    const { diskIds = [] } = known.find(({ machineId }) => machineId === machine.machineId) ?? {};
    const check = await verifyMachine(machine, diskIds, onRead, options.signal);
    result.pointCount += check.pointCount;
    for (const finding of check.findings) found(finding);
    const damaged = check.findings.map((finding) => finding.objectPath);
    machine.damage.write(damaged.filter((objectPath) => /\.(segment|map)$/.test(objectPath)));
  }
  return result;
}

function machineOf(
  store: VerifiedStore,
  folder: string,
  knownIds: readonly string[],
  found: (finding: VerifyFinding) => void,
): MachineFolder | undefined {
  try {
    return store.machine(store.readId(folder));
  } catch (error) {
    const objectPath = path.join(folder, "machine.sealed");
    const message = damageOf(error);
    const machine = knownIds.map((id) => store.machine(id)).find((known) => known.folder === folder);
    const pointIds = machine === undefined ? [] : pointIdsOf(machine);
    found({ machineId: machine?.machineId, objectPath, message, pointIds });
    return machine;
  }
}

/** None of them is found again while the machine's name cannot be read. */
function pointIdsOf(machine: MachineFolder): string[] {
  return machine.points.all(() => undefined).map((point) => point.id);
}

/** Bytes of all layer files, whether their machine's name can be read or not. */
function layerBytes({ folders, machine, readId }: VerifiedStore): number {
  let bytes = 0;
  for (const folder of folders) {
    try {
      const { files } = machine(readId(folder));
      for (const disk of files.list(path.join(folder, "disks"))) {
        const inFolder = path.join(folder, "disks", disk);
        for (const name of files.list(inFolder)) {
          if (/\.(segment|map)$/.test(name)) bytes += fileSize(files, path.join(inFolder, name));
        }
      }
    } catch (error) {
      if (!hasCode(error, "Damaged")) throw error;
    }
  }
  return bytes;
}
