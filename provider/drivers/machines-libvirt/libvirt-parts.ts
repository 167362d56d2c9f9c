import type { FileSystem } from "../../blocks/file-system.ts";
import type { Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";

/** What the snapshots of domains are taken with. */
export interface LibvirtParts {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  /** For what shows the disks of a domain while they are read: a folder a domain in it. */
  readonly folder: string;
}
