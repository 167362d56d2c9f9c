/**
 * Takes up a store of replicas whose engine is lost: from the store and a key alone, an empty home is rebuilt, with
 * the things that were declared, the protected items and the key.
 */
import path from "node:path";
import { nameOf } from "../../arm-id.ts";
import { type FileSystem, writeAtomically } from "../../blocks/file-system.ts";
import { hasCode, SiteRecoveryError } from "../../errors.ts";
import { randomHex, systemRandom } from "../../random.ts";
import { finishStoredItems, putStoredThing, type StoredRow } from "../../store/catalog-changes.ts";
import { engineIdOf, takeOverEngineId } from "../../store/engine-id.ts";
import { continueEpochs } from "../../store/leases.ts";
import { openStore, type Store } from "../../store/open-store.ts";
import { putWritten } from "../../store/replica-ledger.ts";
import { listThings } from "../../store/things.ts";
import type { CatalogEntry } from "../../targets/catalog.ts";
import { copyStore } from "../../targets/copy-store.ts";
import { openReplicaStore, placesInFolder } from "../../targets/open-replica-store.ts";
import { storeIdIn } from "../../targets/reach-store.ts";
import { readWholeFile } from "../../targets/read-whole-file.ts";
import type { PointIdentity } from "../../targets/recovery-point.ts";
import type { ReplicaStore } from "../../targets/replica-store.ts";
import type { StoreSecret } from "../../targets/store-key.ts";
import { identityOf } from "../replication/replica-ledger.ts";
import { homeAt } from "../home.ts";
import type { ItemDetails } from "../protected-item/item.ts";
import type { ItemState } from "../protected-item/states.ts";
import { type HolderInputs, hostReplicas, storeFolderOf } from "../replica-stores.ts";
import type { CatalogContent } from "./write-catalogs.ts";
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
  readonly folder: string;
  /** What held the store; `undefined` if its catalog is empty. */
  readonly holderId: string | undefined;
  readonly engineId: string | undefined;
  readonly machines: readonly AdoptableMachine[];
  /** Entries of the catalog that are damaged. */
  readonly damagedEntries: number;
}

/** A store as adoption works with it. */
export interface OpenedStore extends AdoptableStore {
  readonly replicas: ReplicaStore;
  readonly secret: StoreSecret;
  readonly entries: readonly (CatalogEntry & { readonly content: CatalogContent })[];
}

/** Opens a store with the first of several secrets that fits. Throws `WrongKey` if none does. Writes nothing. */
export async function openWithAny(
  files: FileSystem,
  folder: string,
  secrets: readonly StoreSecret[],
): Promise<{ replicas: ReplicaStore; secret: StoreSecret }> {
  let failure: unknown;
  for (const secret of secrets) {
    try {
      return { replicas: await openReplicaStore({ folder, ...secret, create: false, files }), secret };
    } catch (error) {
      if (!hasCode(error, "WrongKey")) throw error;
      failure = error;
    }
  }
  throw (
    failure ?? new SiteRecoveryError("WrongKey", said`No key was given for the replica store in ${folder}.`)
  );
}

/** Looks at a store and its catalog. Writes nothing. */
export async function lookAtStore(
  files: FileSystem,
  folder: string,
  secrets: readonly StoreSecret[],
): Promise<OpenedStore> {
  const { replicas, secret } = await openWithAny(files, folder, secrets);
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
    folder,
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

/**
 * Rebuilds a home from stores that were looked at. The home is empty, or it is this engine's already and lacks a
 * store's key. A killed adoption is finished by running it again. Throws `AlreadyExists` for the home of another
 * engine, `PrerequisitesNotMet` for a store without a catalog, and `WrongKey` if another key is in the place of the
 * right one.
 */
export async function adoptStores(
  files: FileSystem,
  homeFolder: string,
  stores: readonly OpenedStore[],
): Promise<{ notices: string[] }> {
  const home = homeAt(homeFolder);
  const catalogued = stores.filter((store) => store.holderId !== undefined);
  const [first] = catalogued;
  if (!first?.engineId) {
    const folders = stores.map(({ folder }) => folder).join(", ");
    const message = said`${folders} has no catalog, so no engine can be rebuilt from it: it was written by an older version.
        \`siterecovery export <machine> --from <folder> --key-file <file> --to <file>\` still writes its disks.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: folders });
  }
  const stranger = catalogued.find(({ engineId }) => engineId !== first.engineId);
  if (stranger) {
    const message = said`${first.folder} and ${stranger.folder} belong to two engines. Adopt each into a home of its own (--home).`;
    throw new SiteRecoveryError("InvalidInput", message, { target: stranger.folder });
  }
  const store = openStore(home.storeFile);
  try {
    requireHomeFor(store, homeFolder, first.engineId);
    // Keys and folders first: an item appears only when its replica can be opened.
    const placed = await Array.fromAsync(catalogued, (one) => placeStore(files, home, one));
    const epochs: number[] = [];
    for (const { replicas, machines } of catalogued) {
      for (const { replicaId } of machines) {
        const { points } = await replicas.machine(replicaId);
        epochs.push(await points.latestEpochOf(first.engineId!));
      }
    }
    store.transaction(() => {
      takeOverEngineId(store, first.engineId!);
      continueEpochs(store, Math.max(0, ...epochs));
      for (const { entries } of catalogued) {
        for (const { key, revision, content } of inOrder(entries)) {
          putStoredThing(store, content, key, revision);
        }
      }
      finishStoredItems(store);
      // What is in the target now is what the engine that is lost wrote last, as far as anybody can know.
      for (const { replicaId, newestPoint } of catalogued.flatMap(({ machines }) => machines)) {
        if (newestPoint) putWritten(store, replicaId, identityOf(newestPoint));
      }
      for (const { moved } of placed) moved?.(store);
    });
    return { notices: placed.flatMap(({ notice }) => notice ?? []) };
  } finally {
    store.close();
  }
}

function requireHomeFor(store: Store, homeFolder: string, engineId: string): void {
  if (listThings(store, {}).length === 0 || engineIdOf(store) === engineId) return;
  const message = said`The home ${homeFolder} belongs to another engine, which has things of its own.
      Adopt into an empty home: add --home <folder>.`;
  throw new SiteRecoveryError("AlreadyExists", message, { target: homeFolder });
}

/** Items refer to things, so things that are no items come first. */
function inOrder(entries: OpenedStore["entries"]): OpenedStore["entries"] {
  return entries.toSorted(
    (left, right) => Number(left.content.item !== undefined) - Number(right.content.item !== undefined),
  );
}

interface Placed {
  readonly notice?: string;
  /** A change of the holder's settings, if its folder is another one now. */
  readonly moved?: (store: Store) => void;
}

/** Puts a store where its holder keeps it, and its key into the home. */
async function placeStore(
  files: FileSystem,
  home: ReturnType<typeof homeAt>,
  opened: OpenedStore,
): Promise<Placed> {
  const holderId = opened.holderId!;
  const entry = opened.entries.find(({ content }) => content.thing["id"] === holderId);
  const keyFile = home.keyFileOf(holderId);
  await placeKey(files, keyFile, opened);
  if (!entry) return { notice: `${nameOf(holderId)} is not in the catalog of ${opened.folder}` };
  const { thing } = entry.content;
  const inputs = JSON.parse(thing["inputs"] as string) as HolderInputs;
  const expected = storeFolderOf(home, { id: holderId, kind: thing["kind"], inputs } as never);
  if (expected === undefined || (await isSameStore(files, expected, opened.folder))) return {};
  const property = folderProperties[thing["kind"] as string];
  if (property === undefined) {
    const { bytesCopied } = copyStore(files, opened.folder, expected);
    return { notice: `copied ${opened.folder} to ${expected} (${bytesCopied} bytes)` };
  }
  const folder = path.basename(opened.folder) === hostReplicas ? path.dirname(opened.folder) : opened.folder;
  return {
    notice: `${nameOf(holderId)} was at ${inputs[property]} and is at ${folder} now: change the program too`,
    moved: (store) => {
      const text = JSON.stringify({ ...inputs, [property]: folder });
      store.prepare("UPDATE things SET inputs = ? WHERE id = ?").run(text, holderId);
    },
  };
}

/** Which argument says where a holder's store is; the others are in the engine's home. */
const folderProperties: Readonly<Record<string, keyof HolderInputs>> = {
  "master-target": "storageFolder",
  host: "inventoryFolder",
  "storage-classification": "folder",
};

/** Whether a folder holds the store, or a copy of it that an adoption made before. */
async function isSameStore(files: FileSystem, folder: string, opened: string): Promise<boolean> {
  const [one, other] = await Array.fromAsync([folder, opened], (place) =>
    storeIdIn(placesInFolder(files, place).objects),
  );
  return one !== undefined && one !== "damaged" && one === other;
}

async function placeKey(
  files: FileSystem,
  keyFile: string,
  { replicas, secret, folder }: OpenedStore,
): Promise<void> {
  files.makeFolder(path.dirname(keyFile));
  if ("passphrase" in secret) {
    if (files.exists(keyFile) && (await opens(files, folder, keyFile))) return;
    const key = Buffer.from(randomHex(systemRandom, 32));
    // The store is locked with the key that is in place already: a kill in between leaves a key that opens nothing.
    writeAtomically(files, keyFile, key);
    await replicas.rotateKey({ keyFile });
    return;
  }
  const key = "key" in secret ? secret.key : readWholeFile(files, secret.keyFile);
  if (!files.exists(keyFile)) return writeAtomically(files, keyFile, key);
  if (readWholeFile(files, keyFile).equals(key) || (await opens(files, folder, keyFile))) return;
  const message = said`There is another key in ${keyFile}, which does not open ${folder}. Move it away and run this again.`;
  throw new SiteRecoveryError("WrongKey", message, { target: keyFile });
}

async function opens(files: FileSystem, folder: string, keyFile: string): Promise<boolean> {
  try {
    await openReplicaStore({ folder, keyFile, create: false, files });
    return true;
  } catch (error) {
    if (hasCode(error, "WrongKey")) return false;
    throw error;
  }
}
