import type { FileSystem } from "../../blocks/file-system.ts";
import type { Objects } from "../../ports/objects.ts";

/** What a batch works on: the files of this computer, and the place that replicas are read from. */
export interface Reach {
  readonly files: FileSystem;
  readonly objects: Objects;
}
