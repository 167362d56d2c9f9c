import type { KindName } from "../kinds/kind.ts";

/** A resource that a definition declares. */
export interface Declaration {
  /** Unique in the stack; kinds that may share names have the kind in front: `network/recovery-net`. */
  readonly logicalName: string;
  readonly kind: KindName;
  readonly inputs: object;
  /** Logical names. */
  readonly dependsOn: readonly string[];
}
