import path from "node:path";
import type { FileSystem } from "../../blocks/file-system.ts";
import type { StoreUsage } from "../replica-store.ts";
import { fileSize } from "../read-whole-file.ts";

/** What a machine's folder holds of recovery points and layer files. */
export function measureUsage(files: FileSystem, machineFolder: string): StoreUsage {
  const usage = { pointCount: 0, segmentCount: 0, mapCount: 0, bytesStored: 0 };
  for (const filePath of filesBelow(files, machineFolder, ["points", "disks"])) {
    usage.bytesStored += fileSize(files, filePath);
    if (filePath.endsWith(".point")) usage.pointCount += 1;
    else if (filePath.endsWith(".segment")) usage.segmentCount += 1;
    else if (filePath.endsWith(".map")) usage.mapCount += 1;
  }
  return usage;
}

/** Files in `points/` and one level deeper in `disks/`. */
function filesBelow(files: FileSystem, folder: string, [flat, nested]: [string, string]): string[] {
  const inFolder = (parent: string): string[] => files.list(parent).map((name) => path.join(parent, name));
  return [...inFolder(path.join(folder, flat)), ...inFolder(path.join(folder, nested)).flatMap(inFolder)];
}
