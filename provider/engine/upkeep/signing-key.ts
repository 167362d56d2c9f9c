/** The Ed25519 key of a vault that signs the reports of its drills: made at first use, readable by its owner alone. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import path from "node:path";
import {
  type FileSystem,
  makeFolderDurably,
  makeNameDurable,
  writeAtomically,
} from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { readWholeFile } from "../../replica/read-whole-file.ts";
import type { Home } from "../home.ts";

/** Throws `Damaged` for a file that is no Ed25519 key. */
function readKey(files: FileSystem, file: string): KeyObject {
  try {
    const key = createPrivateKey(readWholeFile(files, file));
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch (error) {
    if (error instanceof SiteRecoveryError) throw error;
  }
  const message = said`${file} is not the key that signs drill reports. Put a copy of it back, or remove the file: reports are signed with a new key then.`;
  throw new SiteRecoveryError("Damaged", message, { target: file });
}

/** The key of a vault; makes it if there is none. */
export function signingKeyOf(files: FileSystem, home: Home, vaultId: string): KeyObject {
  const file = home.signingKeyFileOf(vaultId);
  if (files.exists(file)) {
    const key = readKey(files, file);
    // What it signs must not outlive it, also if the process that made it was killed.
    makeNameDurable(files, file);
    return key;
  }
  const { privateKey } = generateKeyPairSync("ed25519");
  makeFolderDurably(files, path.dirname(file));
  writeAtomically(files, file, Buffer.from(privateKey.export({ type: "pkcs8", format: "pem" })));
  return privateKey;
}

/** The text of a vault's key for a copy; `undefined` if there is none. */
export function signingKeyText(files: FileSystem, home: Home, vaultId: string): string | undefined {
  const file = home.signingKeyFileOf(vaultId);
  return files.exists(file) ? readWholeFile(files, file).toString("utf8") : undefined;
}

/** Puts a copy of a vault's key in its place, unless one is there. */
export function placeSigningKey(files: FileSystem, home: Home, vaultId: string, text: string): void {
  const file = home.signingKeyFileOf(vaultId);
  if (files.exists(file)) return makeNameDurable(files, file);
  makeFolderDurably(files, path.dirname(file));
  writeAtomically(files, file, Buffer.from(text));
}
