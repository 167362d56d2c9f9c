/** What keeps an engine's home from being the only place where its replicas can be opened. */
import { nameOf } from "../../arm-id.ts";
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import { catalogPositions } from "../../store/catalog-changes.ts";
import { copiedKeyOf } from "../../store/key-copies.ts";
import { readWholeFile } from "../../replica/read-whole-file.ts";
import type { EngineParts } from "../engine-parts.ts";
import { type ExportedKey, exportKeys, fingerprintOf } from "./key-kit.ts";
import { writeCatalogs } from "../write-catalogs.ts";
import { said } from "../../message.ts";

/** How a store of replicas could be opened if the engine's home were lost. */
export interface KeySafety {
  readonly holderId: string;
  /** Whether the key in use now was copied with `key export`. `undefined` if the key file is not there. */
  readonly isCopied: boolean | undefined;
  /** Whether a recovery passphrase opens the store. `undefined` if the store is away. */
  readonly hasPassphrase: boolean | undefined;
  /** Changes that the store's catalog lacks: it could not be written, or is of another home. */
  readonly catalogBehind: number;
}

const passphraseCharactersMin = 12;

export class RecoveryHome {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Writes into each store's catalog what it lacks. Stores that are away are left for later. */
  writeCatalogs(): Promise<void> {
    return writeCatalogs(this.#parts);
  }

  /** Writes the keys of all stores to one file. See `exportKeys` for what it throws. */
  exportKeys(toPath: string, options: { overwrite: boolean }): Promise<ExportedKey[]> {
    return exportKeys(this.#parts, toPath, options.overwrite);
  }

  /**
   * Lets a recovery passphrase open all stores, beside their key files and in place of an earlier passphrase. Returns
   * the ids of what holds them. Throws `InvalidInput` for one of fewer than 12 characters, and `TargetUnreachable`.
   */
  async setPassphrase(passphrase: string): Promise<string[]> {
    if (passphrase.length < passphraseCharactersMin) {
      const message = said`The recovery passphrase has ${passphrase.length} characters; it needs at least ${passphraseCharactersMin}.`;
      throw new SiteRecoveryError("InvalidInput", message, { property: "passphrase-file" });
    }
    const holders = catalogPositions(this.#parts.store).map(({ holderId }) => holderId);
    if (holders.length === 0) {
      const message = said`There are no stores of replicas yet: no machine is protected. Run this again when the first one is.`;
      throw new SiteRecoveryError("PrerequisitesNotMet", message);
    }
    // All of them can be reached before the first is changed.
    const stores = await Promise.all(holders.map((id) => this.#parts.replicaStoreOf(id)));
    for (const replicas of stores) await replicas.rotateKey({ passphrase });
    return holders;
  }

  /** How each store of replicas could be opened without this home. Never throws for a store that is away. */
  async keySafety(): Promise<KeySafety[]> {
    const { store } = this.#parts;
    return Promise.all(
      catalogPositions(store).map(async ({ holderId, behind }) => ({
        holderId,
        isCopied: this.#isCopied(holderId),
        hasPassphrase: await this.#hasPassphrase(holderId),
        catalogBehind: behind,
      })),
    );
  }

  /** What people should know about the keys and catalogs, as sentences; empty if all is well. */
  async notices(): Promise<string[]> {
    return this.noticesOf(await this.keySafety());
  }

  /** The notices of facts that were asked for before. */
  noticesOf(safety: readonly KeySafety[]): string[] {
    return keyNotices(safety);
  }

  #isCopied(holderId: string): boolean | undefined {
    const { files, home, store } = this.#parts;
    const keyFile = home.keyFileOf(holderId);
    if (!files.exists(keyFile)) return undefined;
    return copiedKeyOf(store, holderId) === fingerprintOf(readWholeFile(files, keyFile));
  }

  async #hasPassphrase(holderId: string): Promise<boolean | undefined> {
    try {
      return (await (await this.#parts.replicaStoreOf(holderId)).secretKinds()).includes("passphrase");
    } catch (error) {
      if (isExpected(error)) return undefined;
      throw error;
    }
  }
}

function keyNotices(safety: readonly KeySafety[]): string[] {
  const names = (fits: (one: KeySafety) => boolean): string =>
    safety
      .filter(fits)
      .map(({ holderId }) => nameOf(holderId))
      .join(", ");
  const uncopied = names(({ isCopied, hasPassphrase }) => isCopied === false && hasPassphrase === false);
  const behind = names(({ catalogBehind }) => catalogBehind > 0);
  return [
    ...(uncopied === ""
      ? []
      : [
          `No copy of the key of ${uncopied} was made: if this home is lost, so are the replicas. ` +
            "Run `siterecovery key export --to <file elsewhere>`, or `siterecovery key passphrase`.",
        ]),
    ...(behind === ""
      ? []
      : [
          `The catalog of ${behind} lacks the newest changes; the next change writes them, once it can be reached.`,
        ]),
  ];
}
