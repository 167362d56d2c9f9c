/** Snapshots of disks whose writers note their changes in logs beside the images. */
import type { FileSystem } from "../blocks/file-system.ts";
import type { Clock } from "../clock.ts";
import type { Snapshots } from "../ports/snapshots.ts";
import { readChangeState } from "./read-change-state.ts";
import { resetTracking } from "./reset-tracking.ts";
import { takeGroupSnapshot } from "./take-snapshot.ts";
import { whileNobodyWrites } from "./while-nobody-writes.ts";

export function folderSnapshots(options: { readonly files: FileSystem; readonly clock: Clock }): Snapshots {
  return {
    take: (machines, writer) => {
      const paths = machines.map((disks) => disks.map(({ path }) => path));
      return takeGroupSnapshot(paths, { ...options, ...(writer ? { writer } : {}) });
    },
    stateOf: ({ path }) => new Promise((resolve) => resolve(readChangeState(path, options))),
    reset: ({ path }) => resetTracking(path, options),
    whileNobodyWrites: ({ path }, work) => whileNobodyWrites(path, work, options),
  };
}
