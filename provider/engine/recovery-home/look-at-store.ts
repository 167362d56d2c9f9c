/** Looks at a store of replicas, and at what its catalog knows, without an engine. */
import type { FileSystem } from "../../blocks/file-system.ts";
import { hasCode, SiteRecoveryError } from "../../errors.ts";
import { type StoredRow } from "../../store/catalog-changes.ts";
import type { CatalogEntry } from "../../replica/catalog.ts";
import { openReplicaStore } from "../../replica/open-replica-store.ts";
import type { PointIdentity } from "../../replica/recovery-point.ts";
import type { ReplicaStore } from "../../replica/replica-store.ts";
import type { StoreAddress } from "../../store-address.ts";
import { describeLocation, type StoreLocation } from "../../replica/store-location.ts";
import type { StoreSecret } from "../../replica/store-key.ts";
import { identityOf } from "../replication/replica-ledger.ts";
import type { ItemDetails } from "../../model/item.ts";
import type { ItemState } from "../../model/states.ts";
import type { CatalogContent } from "../write-catalogs.ts";
import { said } from "../../message.ts";

/** A machine whose replica a store holds. */
export interface AdoptableMachine {
  /** What the store calls the machine. */
  readonly replicaId: string;
  /** The item, if the store's catalog knows it; without it the points can be exported, and nothing else. */
  readonly item:
    | {
        readonly id: string;
        readonly machineName: string;
        readonly state: ItemState;
        readonly activeLocation: "primary" | "recovery";
      }
    | undefined;
  readonly disks: readonly { readonly id: string; readonly sizeBytes: number }[];
  readonly pointCount: number;
  /** Points that cannot be read. */
  readonly damagedPointCount: number;
  readonly newestPoint: (PointIdentity & { readonly takenAt: number }) | undefined;
}

/** A store that was found, opened with one of the secrets. */
export interface AdoptableStore {
  /** What messages call where it is: a folder, or the URL of object storage. */
  readonly place: string;
  /** What held the store; `undefined` if its catalog is empty. */
  readonly holderId: string | undefined;
  readonly engineId: string | undefined;
  readonly machines: readonly AdoptableMachine[];
  /** Entries of the catalog that are damaged. */
  readonly damagedEntries: number;
}

/** A store as adoption works with it. */
export interface OpenedStore extends AdoptableStore {
  readonly location: StoreLocation;
  /** As it was named, if it was named by an address. */
  readonly address: StoreAddress | undefined;
  readonly replicas: ReplicaStore;
  readonly secret: StoreSecret;
  readonly entries: readonly (CatalogEntry & { readonly content: CatalogContent })[];
}

/** Opens a store with the first of several secrets that fits. Throws `WrongKey` if none does. Writes nothing. */
export async function openWithAny(
  files: FileSystem,
  location: StoreLocation,
  secrets: readonly StoreSecret[],
): Promise<{ replicas: ReplicaStore; secret: StoreSecret }> {
  let failure: unknown;
  for (const secret of secrets) {
    try {
      return { replicas: await openReplicaStore({ location, ...secret, create: false, files }), secret };
    } catch (error) {
      if (!hasCode(error, "WrongKey")) throw error;
      failure = error;
    }
  }
  const place = describeLocation(files, location);
  throw (
    failure ?? new SiteRecoveryError("WrongKey", said`No key was given for the replica store in ${place}.`)
  );
}

/** Where a store is, and how it was named. */
export type FoundStore = Pick<OpenedStore, "location" | "address">;

/** Looks at a store and its catalog. Writes nothing. */
export async function lookAtStore(
  files: FileSystem,
  { location, address }: FoundStore,
  secrets: readonly StoreSecret[],
): Promise<OpenedStore> {
  const { replicas, secret } = await openWithAny(files, location, secrets);
  let damagedEntries = 0;
  const entries = (await (
    await replicas.catalog()
  ).all(() => (damagedEntries += 1))) as OpenedStore["entries"];
  const items = entries.flatMap(({ content }) => (content.item ? [itemIn(content, content.item)] : []));
  const machines = await Array.fromAsync(await replicas.machineIds(), async (replicaId) => {
    let damagedPointCount = 0;
    const points = await replicas.recoveryPoints(replicaId, () => (damagedPointCount += 1));
    const newest = points.at(-1);
    return {
      replicaId,
      item: items.find((item) => item.replicaIds.includes(replicaId))?.item,
      disks: (newest?.disks ?? []).map((disk) => ({ id: disk.diskId, sizeBytes: disk.sizeBytes })),
      pointCount: points.length,
      damagedPointCount,
      newestPoint: newest && { ...identityOf(newest), takenAt: newest.takenAt },
    };
  });
  const [first] = entries;
  return {
    place: replicas.place,
    location,
    address,
    holderId: first?.content.holderId,
    engineId: first?.content.engineId,
    machines,
    damagedEntries,
    replicas,
    secret,
    entries,
  };
}

function itemIn(
  { thing }: CatalogContent,
  row: StoredRow,
): { item: NonNullable<AdoptableMachine["item"]>; replicaIds: string[] } {
  const details = JSON.parse(row["details"] as string) as ItemDetails;
  return {
    item: {
      id: thing["id"] as string,
      machineName: details.machineName,
      state: row["state"] as ItemState,
      activeLocation: row["active_location"] as "primary" | "recovery",
    },
    replicaIds: [details.replicaId, ...(details.reverse ? [details.reverse.replicaId] : [])],
  };
}
