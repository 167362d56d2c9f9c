import { localFileSystem } from "../blocks/file-system.ts";
import type { FileSystem } from "../blocks/file-system.ts";
import { systemClock } from "../clock.ts";
import type { Clock } from "../clock.ts";
import { currentBootId } from "./boot-id.ts";
import type { DiskOptions } from "./disk.ts";

/** The options with their defaults filled in. */
export interface DiskSettings {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly bootId: string;
  readonly waitMilliseconds: number;
  readonly freezeLimitMilliseconds: number;
  readonly writer: DiskOptions["writer"];
}

export function settingsOf(options: DiskOptions): DiskSettings {
  return {
    files: options.files ?? localFileSystem,
    clock: options.clock ?? systemClock,
    bootId: options.bootId ?? currentBootId(),
    waitMilliseconds: options.waitMilliseconds ?? 5_000,
    freezeLimitMilliseconds: options.freezeLimitMilliseconds ?? 5_000,
    writer: options.writer,
  };
}
