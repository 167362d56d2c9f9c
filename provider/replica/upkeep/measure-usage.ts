import type { Objects } from "../../ports/objects.ts";
import type { StoreUsage } from "../replica-store.ts";

/** What is stored of a machine: its recovery points and layer files. */
export async function measureUsage(objects: Objects, machineName: string): Promise<StoreUsage> {
  const usage = { pointCount: 0, segmentCount: 0, mapCount: 0, bytesStored: 0 };
  for (const part of ["points", "disks"]) {
    for await (const { name, sizeBytes } of objects.list(`${machineName}/${part}/`)) {
      usage.bytesStored += sizeBytes;
      if (name.endsWith(".point")) usage.pointCount += 1;
      else if (name.endsWith(".segment")) usage.segmentCount += 1;
      else if (name.endsWith(".map")) usage.mapCount += 1;
    }
  }
  return usage;
}
