/**
 * The process servers at work in this process, one object each, so that all machines that one serves share its cache
 * and its line [C-2]. Their settings are asked for each time: an update holds at once, from whatever process it came.
 */
import { idKey, nameOf } from "../../arm-id.ts";
import type { FileSystem } from "../../blocks/file-system.ts";
import type { Clock } from "../../clock.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { defaultCacheLimitMebibytes, type ProcessServerInputs } from "../../kinds/process-server.ts";
import type { Store } from "../../store/open-store.ts";
import { findThing } from "../../store/things.ts";
import type { Home } from "../home.ts";
import { BandwidthLimit } from "../process-server/bandwidth-limit.ts";
import { CacheFolder } from "../process-server/cache-folder.ts";
import type { ProcessServer } from "../process-server/transfer.ts";
import { said } from "../../message.ts";

const mebibyte = 1_048_576;

export class ProcessServers {
  readonly #parts: { home: Home; store: Store; files: FileSystem; clock: Clock };
  readonly #lines = new Map<string, BandwidthLimit>();
  readonly #caches = new Map<string, CacheFolder>();

  constructor(parts: { home: Home; store: Store; files: FileSystem; clock: Clock }) {
    this.#parts = parts;
  }

  /**
   * The process server of an id; one that is not declared has default settings and a cache in the engine's home. A
   * cycle through it fails with `TargetUnreachable` when its declared cache folder is gone.
   */
  of(serverId: string): ProcessServer {
    return { cache: this.#cacheOf(serverId), line: this.#lineOf(serverId) };
  }

  #settings(serverId: string): ProcessServerInputs | undefined {
    const thing = findThing<ProcessServerInputs>(this.#parts.store, serverId);
    return thing?.kind === "process-server" ? thing.inputs : undefined;
  }

  #lineOf(serverId: string): BandwidthLimit {
    const key = idKey(serverId);
    const line =
      this.#lines.get(key) ??
      new BandwidthLimit(this.#parts.clock, () => this.#settings(serverId)?.bandwidth);
    this.#lines.set(key, line);
    return line;
  }

  #cacheOf(serverId: string): CacheFolder {
    const { files, clock, home } = this.#parts;
    const declared = this.#settings(serverId)?.cacheFolder;
    const folder = declared ?? home.cacheFolderOf(serverId);
    const cache =
      this.#caches.get(folder) ??
      new CacheFolder({
        files,
        clock,
        folder,
        requireFolder: () => {
          if (declared !== undefined && !files.exists(declared)) throw lost(serverId, declared);
        },
        limitBytes: () =>
          (this.#settings(serverId)?.cacheLimitMebibytes ?? defaultCacheLimitMebibytes) * mebibyte,
      });
    this.#caches.set(folder, cache);
    return cache;
  }
}

/** A folder that is created where a volume is not mounted would fill the disk below it. */
function lost(serverId: string, folder: string): SiteRecoveryError {
  const message = said`The process server ${nameOf(serverId)} cannot work: its cache folder ${folder} is gone. Mount or make it
      again. Machines resume where they stopped.`;
  return new SiteRecoveryError("TargetUnreachable", message, { target: serverId, property: "cacheFolder" });
}
