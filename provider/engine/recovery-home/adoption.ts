/** What can be done with stores of replicas and a key when there is no engine: look, export, rebuild a home. */
import os from "node:os";
import { type FileSystem, localFileSystem } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { findStores } from "../../replica/find-stores.ts";
import type { StoreSecret } from "../../replica/store-key.ts";
import type { Progress } from "../../progress.ts";
import type { ExportOptions } from "../attach/export-point.ts";
import { copyProgress } from "../job/report-progress.ts";
import { restoreDisk } from "../replication/restore-disk.ts";
import { systemClock } from "../../clock.ts";
import type { StoreAddress } from "../../store-address.ts";
import { locationOfAddress } from "../../replica/store-location.ts";
import { adoptStores } from "./adopt.ts";
import { type AdoptableStore, type FoundStore, lookAtStore, type OpenedStore } from "./look-at-store.ts";
import { type CopiedSigningKey, secretsIn, signingKeysIn } from "./key-kit.ts";
import { homeAt } from "../home.ts";
import { placeSigningKey } from "../upkeep/signing-key.ts";
import { onlyVersions, restorePast } from "./restore-past.ts";
import { retainElsewhere, type StoreRetention } from "./retain-elsewhere.ts";
import { said } from "../../message.ts";

export interface StoreSource {
  /** A folder of a store, or one with stores in it. */
  readonly folder?: string;
  /** In place of a folder: where a store is in object storage. */
  readonly address?: StoreAddress;
  /** Key files and key kits; each store is opened with the first key that fits. */
  readonly keyFiles?: readonly string[];
  readonly passphrase?: string;
  /** Read as it was then, in milliseconds since 1970: before an attack, in a bucket with versions. */
  readonly asOf?: number;
  readonly files?: FileSystem;
}

function storesAt(files: FileSystem, { folder, address, asOf }: StoreSource): FoundStore[] {
  if (address === undefined) {
    if (asOf !== undefined) throw onlyVersions(folder!);
    return findStores(files, folder!).map((found) => ({ location: { folder: found }, address }));
  }
  // Nothing is prepared for a store that is read. What adoption writes is small.
  const location = locationOfAddress(address, os.tmpdir());
  if (asOf === undefined) return [{ location, address }];
  if ("folder" in location) throw onlyVersions(location.folder);
  return [{ location: { ...location, asOf }, address }];
}

export class Adoption {
  readonly #files: FileSystem;
  readonly #stores: readonly OpenedStore[];
  readonly #secrets: readonly StoreSecret[];
  readonly #asOf: number | undefined;
  readonly #signingKeys: readonly CopiedSigningKey[];

  private constructor(
    files: FileSystem,
    stores: readonly OpenedStore[],
    {
      secrets,
      asOf,
      signingKeys,
    }: {
      secrets: readonly StoreSecret[];
      asOf: number | undefined;
      signingKeys: readonly CopiedSigningKey[];
    },
  ) {
    this.#files = files;
    this.#stores = stores;
    this.#secrets = secrets;
    this.#asOf = asOf;
    this.#signingKeys = signingKeys;
  }

  /**
   * Opens the stores of a place for reading. Throws `NotFound` for a place without a store, `WrongKey`,
   * `TargetUnreachable`, and `InvalidInput` for a wrong address or if neither key nor passphrase is given.
   */
  static async open(source: StoreSource): Promise<Adoption> {
    const files = source.files ?? localFileSystem;
    const secrets: StoreSecret[] = [
      ...secretsIn(files, source.keyFiles ?? []),
      ...(source.passphrase === undefined ? [] : [{ passphrase: source.passphrase }]),
    ];
    if (secrets.length === 0) {
      const message = said`Replicas are encrypted. Add --key-file <file> or --passphrase-file <file>.`;
      throw new SiteRecoveryError("InvalidInput", message, { property: "--key-file" });
    }
    const stores = await Array.fromAsync(storesAt(files, source), (found) =>
      lookAtStore(files, found, secrets),
    );
    const signingKeys = signingKeysIn(files, source.keyFiles ?? []);
    return new Adoption(files, stores, { secrets, asOf: source.asOf, signingKeys });
  }

  get stores(): readonly AdoptableStore[] {
    return this.#stores;
  }

  /**
   * Rebuilds a home; a former state is copied beside the store first, and the home uses the copy. See `adoptStores` for what it
   * throws. Returns what people should know, as sentences.
   */
  async rebuild(homeFolder: string, progress?: Progress): Promise<string[]> {
    const notices = await this.#rebuild(homeFolder, progress);
    const engineIds = this.#stores.map(({ engineId }) => engineId);
    for (const { engineId, vaultId, key } of this.#signingKeys) {
      if (engineIds.includes(engineId)) placeSigningKey(this.#files, homeAt(homeFolder), vaultId, key);
    }
    return notices;
  }

  async #rebuild(homeFolder: string, progress?: Progress): Promise<string[]> {
    const asOf = this.#asOf;
    if (asOf === undefined) return (await adoptStores(this.#files, homeFolder, this.#stores)).notices;
    const notices: string[] = [];
    const copies = await Array.fromAsync(this.#stores, async ({ address, place }) => {
      const copy = await restorePast(address!, asOf, ({ objects, objectsTotal }) =>
        progress?.report(`${objects} of ${objectsTotal} objects copied`),
      );
      notices.push(
        `${place} was copied to ${copy.address.url}, which the home uses now. ${address!.url} and its versions stay as they are, ` +
          "with all that was written there since: whoever writes there still does not touch the copy",
      );
      const location = locationOfAddress(copy.address, os.tmpdir());
      return lookAtStore(this.#files, { location, address: copy.address }, this.#secrets);
    });
    return [...notices, ...(await adoptStores(this.#files, homeFolder, copies)).notices];
  }

  /** Drops what the policies of the catalogs no longer keep. Throws `TargetUnreachable`. */
  retain(): Promise<StoreRetention[]> {
    return Array.fromAsync(this.#stores, (store) => retainElsewhere(this.#files, store));
  }

  /**
   * Writes a disk of a recovery point as an image, every block verified. `machine` is a machine's name, or what
   * the store calls it. Throws `NotFound`, listing what there is.
   */
  async export(
    wanted: Omit<ExportOptions, "itemId"> & { readonly machine: string },
    progress: Progress,
  ): Promise<{ bytesWritten: number; pointId: string }> {
    const { store, replicaId } = this.#find(wanted.machine);
    const points = await store.replicas.recoveryPoints(replicaId, () => undefined);
    const point =
      wanted.recoveryPoint === "latest"
        ? points.at(-1)
        : wanted.recoveryPoint === "latestApplicationConsistent"
          ? points.findLast(({ kind }) => kind === "AppConsistent")
          : points.find(({ id }) => id === wanted.recoveryPoint);
    if (!point) {
      const ids = points.map(({ id }) => id).join(", ") || "none";
      const message = said`${wanted.machine} has no recovery point ${wanted.recoveryPoint}. There are: ${ids}.`;
      throw new SiteRecoveryError("NotFound", message, { property: "recovery-point" });
    }
    const diskIds = point.disks.map(({ diskId }) => diskId);
    const diskId = wanted.diskId ?? (diskIds.length === 1 ? diskIds[0] : undefined);
    if (diskId === undefined || !diskIds.includes(diskId)) {
      const message = said`Name one of the disks of ${wanted.machine} with --disk. There are: ${diskIds.join(", ")}.`;
      throw new SiteRecoveryError("InvalidInput", message, { property: "disk" });
    }
    const { bytesWritten } = await restoreDisk({
      store: store.replicas,
      machineId: point.machineId,
      pointId: point.id,
      diskId,
      toPath: wanted.toPath,
      overwrite: wanted.overwrite ?? false,
      ...(wanted.format === undefined ? {} : { format: wanted.format }),
      onProgress: copyProgress(systemClock, progress, "export"),
      ...(progress.signal ? { signal: progress.signal } : {}),
    });
    return { bytesWritten, pointId: point.id };
  }

  #find(machine: string): { store: OpenedStore; replicaId: string } {
    const all = this.#stores.flatMap((store) => store.machines.map((one) => ({ store, ...one })));
    const found = all.filter(
      ({ item, replicaId }) =>
        replicaId === machine || item?.machineName.toLowerCase() === machine.toLowerCase(),
    );
    if (found.length === 1) return found[0]!;
    const names = all.map(({ item, replicaId }) => item?.machineName ?? replicaId).join(", ") || "none";
    const message =
      found.length === 0
        ? said`These replicas have no machine "${machine}". There are: ${names}.`
        : said`"${machine}" is ${found.length} machines. Name one of: ${found.map(({ replicaId }) => replicaId).join(", ")}.`;
    throw new SiteRecoveryError("NotFound", message, { target: machine });
  }
}
