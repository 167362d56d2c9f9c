/**
 * The machine's file system, for a process that is to die: it tells which phase each changing call is in, and
 * kills the process -9 at one of them, before it, after it or with half of a write done.
 */
import { localFileSystem, type FileSystem, type OpenFile } from "../../../../provider/blocks/file-system.ts";
import type { Phase } from "./phases.ts";

export interface Death {
  readonly phase: Phase;
  /** The call of that phase, from 1. */
  readonly call: number;
  readonly when: "before" | "half" | "after";
}

export function mortalFileSystem(
  phaseOfCall: (filePath: string) => Phase,
  onPhase: (phase: Phase) => void,
  death: Death | undefined,
): FileSystem {
  let calls = 0;
  const die = (): void => void process.kill(process.pid, "SIGKILL");
  const change = <T>(filePath: string, work: () => T, half?: () => void): T => {
    const phase = phaseOfCall(filePath);
    onPhase(phase);
    if (death === undefined || phase !== death.phase) return work();
    calls += 1;
    if (calls !== death.call) return work();
    if (death.when === "half") half?.();
    if (death.when !== "after") die();
    const result = work();
    die();
    return result;
  };
  const wrap = (file: OpenFile): OpenFile => ({
    path: file.path,
    read: (buffer, position) => file.read(buffer, position),
    size: () => file.size(),
    close: () => file.close(),
    write: (buffer, position) =>
      change(
        file.path,
        () => file.write(buffer, position),
        () => file.write(buffer.subarray(0, buffer.length >> 1), position),
      ),
    truncate: (sizeBytes) => change(file.path, () => file.truncate(sizeBytes)),
    sync: () => change(file.path, () => file.sync()),
    syncLater: () => change(file.path, () => file.syncLater()),
  });
  return {
    ...localFileSystem,
    open: (filePath, mode) => {
      if (mode === "read") return localFileSystem.open(filePath, mode);
      return change(filePath, () => wrap(localFileSystem.open(filePath, mode)));
    },
    makeFolder: (folder) => change(folder, () => localFileSystem.makeFolder(folder)),
    rename: (from, to) => change(to, () => localFileSystem.rename(from, to)),
    remove: (filePath) => change(filePath, () => localFileSystem.remove(filePath)),
    syncFolder: (folder) => change(`${folder}/`, () => localFileSystem.syncFolder(folder)),
  };
}
