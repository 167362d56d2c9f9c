import type { FileSystem } from "../blocks/file-system.ts";
import type { Claims, Objects } from "../ports/objects.ts";

/** Where a store keeps its objects, who may write them, and where this computer prepares them. */
export interface StorePlaces {
  readonly objects: Objects;
  readonly claims: Claims;
  /** A folder of this computer for files that are about to become objects. */
  readonly spool: { readonly files: FileSystem; readonly folder: string };
}
