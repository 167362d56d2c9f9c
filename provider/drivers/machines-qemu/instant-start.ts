/** Machines of QEMU that run from a recovery point before their disks are copied. */
import path from "node:path";
import { makeFolderDurably, writeAtomically } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { FinishOptions, InstantStart, MoveState } from "../../ports/instant-start.ts";
import type { GuestParts } from "../../qemu/guest-process.ts";
import {
  isServed,
  readServedProgress,
  readServedRecord,
  servedFilesIn,
  writeServedRecord,
} from "../../qemu/served-record.ts";
import { makeSocketFolder } from "../../qemu/socket-folder.ts";
import { type DiskServerParts, ensureServed } from "../../qemu/disk-server.ts";
import { runFolderName } from "./qemu-place.ts";

const pollMs = 250;
/** What the server cannot do it tries again; a command that waits for it does not wait for that. */
const failuresMax = 8;

const runFolderOf = (machineFolder: string): string => path.join(machineFolder, runFolderName);

/** Has the server copy what the images of a machine lack, if they are to become whole. */
export function orderMove({ files }: GuestParts, runFolder: string): void {
  const record = readServedRecord(files, runFolder);
  const { order } = servedFilesIn(runFolder);
  if (record?.isKept === true && !files.exists(order)) writeAtomically(files, order, Buffer.from("move\n"));
}

/** Throws `Busy` if the images of a machine lack data still: what is read of them is not its disks. */
export function requireWhole(
  { files }: GuestParts,
  { runFolder, name }: { runFolder: string; name: string },
): void {
  const state = moveStateOf(files, runFolder);
  if (state === undefined) return;
  const message = said`Machine ${name} runs from its recovery point, and ${state.percent} % of its disks have been moved. Run
    again when all are.`;
  throw new SiteRecoveryError("Busy", message, { target: name });
}

function moveStateOf(files: GuestParts["files"], runFolder: string): MoveState | undefined {
  const record = readServedRecord(files, runFolder);
  if (record === undefined || record.isMoved === true) return undefined;
  const { bytesDone = 0, bytesTotal = 0 } = readServedProgress(files, runFolder) ?? {};
  // Whole ones only: at 100 there is nothing left to do.
  const percent = bytesTotal === 0 ? 0 : Math.min(99, Math.floor((100 * bytesDone) / bytesTotal));
  const { isKept, point } = record;
  return { pointId: point.pointId, isKept, percent, isServed: isServed(files, runFolder) };
}

export function qemuInstantStart(parts: DiskServerParts): InstantStart {
  const { files, random, clock } = parts;
  return {
    canServe: ({ qemu }) => qemu !== undefined,
    prepare: async (machineFolder, request) => {
      const runFolder = runFolderOf(machineFolder);
      makeFolderDurably(files, runFolder);
      const socketFolder = makeSocketFolder(files, random, runFolder);
      writeServedRecord(files, runFolder, { ...request, socketFolder });
      await ensureServed(parts, runFolder);
    },
    stateOf: (machineFolder) => moveStateOf(files, runFolderOf(machineFolder)),
    resume: async (machineFolder) => {
      await ensureServed(parts, runFolderOf(machineFolder));
    },
    finish: async (machineFolder, options) => {
      const runFolder = runFolderOf(machineFolder);
      const name = path.basename(machineFolder);
      if (readServedRecord(files, runFolder)?.isKept === false) requireWhole(parts, { runFolder, name });
      orderMove(parts, runFolder);
      await untilMoved(parts, runFolder, { ...options, name, clock });
    },
  };
}

async function untilMoved(
  parts: DiskServerParts,
  runFolder: string,
  { signal, report, name, clock }: FinishOptions & { name: string; clock: GuestParts["clock"] },
): Promise<void> {
  const { files } = parts;
  let failures = 0;
  while ((await ensureServed(parts, runFolder)) !== undefined) {
    const { bytesDone = 0, bytesTotal = 0, failure } = readServedProgress(files, runFolder) ?? {};
    failures = failure === undefined ? 0 : failures + 1;
    if (failures > failuresMax) {
      const message = said`The disks of ${name} are not moved out of its recovery point yet: ${failure!.replace(/\.$/, "")}. The
        machine goes on meanwhile. Run the command again once that is mended.`;
      throw new SiteRecoveryError("JobFailed", message, { target: name });
    }
    report?.(bytesDone, bytesTotal);
    await clock.sleep(pollMs, signal);
  }
}
