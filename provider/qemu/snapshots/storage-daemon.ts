/**
 * Runs `qemu-storage-daemon` over the raw images of a machine that is off, so that its changes are read and its snapshots
 * taken by the same steps as those of a machine that runs. While it runs, QEMU cannot start the machine.
 */
import { systemClock } from "../../clock.ts";
import { localFileSystem, makeFolderDurably } from "../../blocks/file-system.ts";
import type { Qmp } from "../qmp.ts";
import { endFormerDaemon, startDaemon } from "./daemon-process.ts";
import {
  keepImageAsLeft,
  type WrappedImage,
  wrapImage,
  wrappedBlockdev,
  type WrapperPorts,
} from "./wrapper.ts";

export interface StorageDaemonRequest extends WrapperPorts {
  /** What errors call the machine. */
  readonly machine: string;
  /** For the daemon's socket. One folder for one machine. */
  readonly folder: string;
  readonly disks: readonly { readonly node: string; readonly imagePath: string }[];
}

export interface StorageDaemon {
  readonly qmp: Qmp;
  /** Of the daemon's process. */
  readonly processId: number;
  /** In the order of the request. */
  readonly images: readonly WrappedImage[];
  /** Ends the daemon, which stores the bitmaps then. Can be repeated. */
  end(): Promise<void>;
}

/**
 * Starts the daemon. Throws `Busy` if the machine runs, or another daemon has its images, and `PrerequisitesNotMet` if
 * there is no such program.
 */
export async function startStorageDaemon(request: StorageDaemonRequest): Promise<StorageDaemon> {
  const { machine, folder, disks, files = localFileSystem, clock = systemClock } = request;
  makeFolderDurably(files, folder);
  const place = { folder, machine, files, clock };
  await endFormerDaemon(place);
  const images: WrappedImage[] = [];
  for (const { imagePath } of disks) images.push(await wrapImage(imagePath, request));
  const blockdevs = images.flatMap((image, index) => [
    "--blockdev",
    JSON.stringify(wrappedBlockdev(image, disks[index]!.node)),
  ]);
  const daemon = await startDaemon(place, blockdevs);
  let ended: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await daemon.end();
    for (const { imagePath } of images) await keepImageAsLeft(imagePath, request);
  };
  return { qmp: daemon.qmp, processId: daemon.processId, images, end: () => (ended ??= end()) };
}
