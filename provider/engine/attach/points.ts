/** What can be had of an engine's recovery points without moving a machine. */
import { attachItem, type AttachOptions } from "./attach-item.ts";
import type { Attachment } from "./attachment.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../../progress.ts";
import { exportPoint, type ExportOptions } from "./export-point.ts";

export class Points {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Writes a disk of a recovery point as a raw image, every block verified. */
  export(options: ExportOptions, progress: Progress): Promise<{ bytesWritten: number; pointId: string }> {
    return exportPoint(this.#parts, options, progress);
  }

  /** Opens disks of a recovery point for reading and writing, and serves them to other programs. */
  attach(options: AttachOptions): Promise<Attachment> {
    return attachItem(this.#parts, options);
  }
}
