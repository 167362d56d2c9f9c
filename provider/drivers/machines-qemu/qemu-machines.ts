/**
 * Machines that QEMU runs, beside those whose power is a file: a folder is a machine of either kind by its `machine.yaml`.
 * What a folder alone says (its name, its mark, its disks) the other driver tells.
 */
import path from "node:path";
import { makeFolderDurably } from "../../blocks/file-system.ts";
import type { Machines } from "../../ports/machines.ts";
import { isExpected } from "../../errors.ts";
import { type AccelerationSetting, chooseAcceleration } from "../../qemu/acceleration.ts";
import { GuestProcess } from "../../qemu/guest-process.ts";
import { forceOff, shutDownGuest } from "../../qemu/shut-down-guest.ts";
import { startGuest } from "../../qemu/start-guest.ts";
import { isServed, readServedRecord } from "../../qemu/served-record.ts";
import { removeCycleFiles } from "../../qemu/snapshots/remove-cycle-files.ts";
import { keepImageAsLeft, type WrappedImage, wrapImage } from "../../qemu/snapshots/wrapper.ts";
import { describeGuest } from "./describe-guest.ts";
import { type DiskServerParts, removeServer, ensureServed } from "../../qemu/disk-server.ts";
import { orderMove } from "./instant-start.ts";
import {
  exportFolderOf,
  type QemuPlace,
  qemuPlaceOf,
  runFolderName,
  runningGuest,
  wasKilled,
} from "./qemu-place.ts";
import { whenReady } from "./when-ready.ts";

const shutDownSecondsDefault = 120;

/** `folders` is the driver of the machines that QEMU does not run. */
export function qemuMachines(folders: Machines, parts: DiskServerParts): Machines {
  const { files } = parts;
  const placeOf = (folder: string): QemuPlace | undefined => qemuPlaceOf(files, folder);

  /** What QEMU has written is known from now on, and what others write is noticed. */
  const keepImages = async ({ folder, definition }: QemuPlace): Promise<void> => {
    for (const { file } of definition.disks) await keepImageAsLeft(path.join(folder, file), parts);
  };

  const startOnce = async (place: QemuPlace): Promise<void> => {
    const served = await ensureServed(parts, place.runFolder);
    if (runningGuest(parts, place) !== undefined) return;
    const { disks, qemu } = place.definition;
    const images: WrappedImage[] = [];
    const ports = { ...parts, wasKilled: wasKilled(parts, place) };
    // Changes of a drill's disks are of no use to anybody.
    const isTracked = served === undefined || served.isKept;
    for (const { file } of disks)
      if (isTracked) images.push(await wrapImage(path.join(place.folder, file), ports));
    makeFolderDurably(files, place.runFolder);
    const setting: AccelerationSetting = qemu.acceleration ?? "auto";
    const acceleration = await chooseAcceleration(setting, { ...parts, temporaryFolder: place.runFolder });
    const machine = await describeGuest(place, images, served);
    await startGuest(parts, place.runFolder, machine, { acceleration });
  };

  return {
    ...folders,
    tracksEveryWrite: async (folder) =>
      placeOf(folder) !== undefined || (await folders.tracksEveryWrite(folder)),
    powerState: async (folder) => {
      const place = placeOf(folder);
      if (place === undefined) return folders.powerState(folder);
      return runningGuest(parts, place) === undefined ? "off" : "running";
    },
    start: async (folder) => {
      const place = placeOf(folder);
      if (place === undefined) return folders.start(folder);
      const { runFolder } = place;
      const isMoving = (): boolean => readServedRecord(files, runFolder) !== undefined;
      const wasMoving = isMoving();
      try {
        await startOnce(place);
      } catch (error) {
        // The server has just ended, because the images are whole or because it was killed.
        const isSame = !wasMoving || (isMoving() && isServed(files, runFolder));
        if (!isExpected(error) || isSame) throw error;
        await startOnce(place);
      }
    },
    shutDown: async (folder) => {
      const place = placeOf(folder);
      if (place === undefined) return folders.shutDown(folder);
      const guest = runningGuest(parts, place);
      if (guest === undefined) return;
      // The guest cannot write what it has to without it. One that cannot be served is ended all the same.
      await ensureServed(parts, place.runFolder).catch((error: unknown) => {
        if (!isExpected(error)) throw error;
      });
      const seconds = place.definition.qemu.shutDownSeconds ?? shutDownSecondsDefault;
      await shutDownGuest(guest, { withinMs: seconds * 1000, thenForce: true });
      await keepImages(place);
    },
    whenReady: async (folder, options) => {
      const place = placeOf(folder);
      if (place === undefined) return folders.whenReady(folder, options);
      try {
        return await whenReady(parts, place, options);
      } finally {
        // Not before: copying would take from the boot what it needs.
        orderMove(parts, place.runFolder);
      }
    },
    foreignFiles: async (folder) => {
      const isQemus = placeOf(folder) !== undefined;
      const foreign = await folders.foreignFiles(folder);
      return isQemus ? foreign.filter((name) => name !== runFolderName) : foreign;
    },
    remove: async (folder) => {
      const place = placeOf(folder);
      const guest = place && runningGuest(parts, place);
      if (guest !== undefined) await forceOff(guest);
      await removeServer(parts, path.join(folder, runFolderName));
      // A QEMU that was killed has left its sockets, and files mounted, which no folder can be removed with.
      if (place !== undefined) {
        GuestProcess.find(parts, place.runFolder)?.removeSockets();
        await removeCycleFiles(files, exportFolderOf(place), parts.clock);
      }
      if (place !== undefined) files.remove(place.runFolder);
      return await folders.remove(folder);
    },
  };
}
