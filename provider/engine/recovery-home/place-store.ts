/** Puts an adopted store where its holder keeps it, and its key into the home. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import { nameOf } from "../../arm-id.ts";
import {
  type FileSystem,
  makeFolderDurably,
  makeNameDurable,
  writeAtomically,
} from "../../blocks/file-system.ts";
import { hasCode, isExpected, SiteRecoveryError } from "../../errors.ts";
import type { KindName } from "../../kinds/kind.ts";
import { said } from "../../message.ts";
import { randomHex, systemRandom } from "../../random.ts";
import type { Store } from "../../store/open-store.ts";
import { copyStore } from "../../replica/copy-store.ts";
import { makeKeyObjectDurable, openReplicaStore } from "../../replica/open-replica-store.ts";
import { storeIdIn } from "../../replica/reach-store.ts";
import { readWholeFile } from "../../replica/read-whole-file.ts";
import { addressSettings } from "../../store-address.ts";
import { describeLocation, withObjects, type StoreLocation } from "../../replica/store-location.ts";
import type { Home } from "../home.ts";
import { type HolderInputs, hostReplicas, storeLocationOf } from "../store-locations.ts";
import type { OpenedStore } from "./look-at-store.ts";

interface Placed {
  readonly notice?: string;
  /** A change of the holder's settings, if its store is in another place now. */
  readonly moved?: (store: Store) => void;
}

/** Which argument says where a holder's store is; other holders keep theirs in the home. */
const folderProperties: Readonly<Partial<Record<KindName, keyof HolderInputs>>> = {
  "master-target": "storageFolder",
  host: "inventoryFolder",
  "storage-classification": "folder",
};

/** Throws `InvalidInput` for object storage that holds the store of something that keeps its replicas in a folder. */
export async function placeStore(files: FileSystem, home: Home, opened: OpenedStore): Promise<Placed> {
  const holderId = opened.holderId!;
  const entry = opened.entries.find(({ content }) => content.thing["id"] === holderId);
  await placeKey(files, home.keyFileOf(holderId), opened);
  // A killed adoption may have had no time to make durable what is there already.
  makeKeyObjectDurable(files, opened.location);
  makeNameDurable(files, home.keyFileOf(holderId));
  if (!entry) return { notice: `${nameOf(holderId)} is not in the catalog of ${opened.place}` };
  const { thing } = entry.content;
  const inputs = JSON.parse(thing["inputs"] as string) as HolderInputs;
  const holder = { id: holderId, kind: thing["kind"] as KindName, inputs };
  const expected = storeLocationOf(home, holder);
  if (expected === undefined || (await isSameStore(files, expected, opened.location))) return {};
  const isInHome = inputs.url === undefined && folderProperties[holder.kind] === undefined;
  if (isInHome && "folder" in expected && "folder" in opened.location) {
    const { bytesCopied } = copyStore(files, opened.location.folder, expected.folder);
    return { notice: `copied ${opened.place} to ${expected.folder} (${bytesCopied} bytes)` };
  }
  const settings = settingsFor(holder, opened);
  const before = describeLocation(files, expected);
  const how =
    before === opened.place ? "is reached in another way" : `was at ${before} and is at ${opened.place}`;
  return {
    notice: `${nameOf(holderId)} ${how} now: change the program too`,
    moved: (store) => {
      const text = JSON.stringify(settings);
      store.prepare("UPDATE things SET inputs = ? WHERE id = ?").run(text, holderId);
    },
  };
}

/** The settings of a holder whose store is where it was found. */
function settingsFor(
  { kind, inputs }: { kind: KindName; inputs: HolderInputs },
  { location, address, place, holderId }: OpenedStore,
): HolderInputs {
  const folder = "folder" in location ? location.folder : undefined;
  if (kind === "storage-account") {
    // Which objects are locked, and who removes them, is no part of the way to them.
    const way: readonly string[] = ["url", ...addressSettings].filter(
      (name) => address === undefined || (name !== "retentionLock" && name !== "mayDelete"),
    );
    const others = Object.entries(inputs).filter(([name]) => !way.includes(name));
    return { ...Object.fromEntries(others), ...(address ?? { url: pathToFileURL(folder!).href }) };
  }
  const property = folderProperties[kind];
  if (folder === undefined || property === undefined) {
    const message = said`${place} holds the replicas of ${nameOf(holderId!)}, which keeps them in a folder. Copy them into a folder, and adopt that.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: place });
  }
  return { ...inputs, [property]: path.basename(folder) === hostReplicas ? path.dirname(folder) : folder };
}

/** Whether the store is at a location, or a copy of it that an adoption made before. */
async function isSameStore(
  files: FileSystem,
  expected: StoreLocation,
  opened: StoreLocation,
): Promise<boolean> {
  try {
    const [one, other] = await Array.fromAsync([expected, opened], (location) =>
      withObjects(files, location, storeIdIn),
    );
    return one !== undefined && one !== "damaged" && one === other;
  } catch (error) {
    // The way to it that the settings know is not there on this computer.
    if (isExpected(error)) return false;
    throw error;
  }
}

async function placeKey(
  files: FileSystem,
  keyFile: string,
  { replicas, secret, location, place }: OpenedStore,
): Promise<void> {
  makeFolderDurably(files, path.dirname(keyFile));
  if ("passphrase" in secret) {
    if (files.exists(keyFile) && (await opens(files, location, keyFile))) return;
    const key = Buffer.from(randomHex(systemRandom, 32));
    // The store is locked with the key that is in place already: a kill in between leaves a key that opens nothing.
    writeAtomically(files, keyFile, key);
    await replicas.rotateKey({ keyFile });
    return;
  }
  const key = "key" in secret ? secret.key : readWholeFile(files, secret.keyFile);
  if (!files.exists(keyFile)) return writeAtomically(files, keyFile, key);
  if (readWholeFile(files, keyFile).equals(key) || (await opens(files, location, keyFile))) return;
  const message = said`There is another key in ${keyFile}, which does not open ${place}. Move it away and run this again.`;
  throw new SiteRecoveryError("WrongKey", message, { target: keyFile });
}

async function opens(files: FileSystem, location: StoreLocation, keyFile: string): Promise<boolean> {
  try {
    await openReplicaStore({ location, keyFile, create: false, files });
    return true;
  } catch (error) {
    if (hasCode(error, "WrongKey")) return false;
    throw error;
  }
}
