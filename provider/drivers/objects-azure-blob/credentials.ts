import { readPrivateFile } from "../../blocks/read-private-file.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { AzureBlobSettings } from "./settings.ts";

/** How requests are authorized. */
export type Credential =
  | { readonly kind: "identity" }
  | { readonly kind: "key"; readonly accountKey: string }
  | { readonly kind: "signature"; readonly sharedAccessSignature: string };

/** Reads the credential that the settings name. No message has any of what was read. */
export function readCredential(
  { credentials }: AzureBlobSettings,
  place: string,
  environment: Readonly<Record<string, string | undefined>>,
): Credential {
  if (credentials === undefined) return { kind: "identity" };
  if ("file" in credentials) return parse(readPrivateFile(credentials.file), credentials.file, place);
  const { environmentVariable } = credentials;
  const text = environment[environmentVariable];
  if (text === undefined || text.trim() === "") {
    const message = said`The environment variable ${environmentVariable} with the credentials of ${place} is not set.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: place });
  }
  return parse(text, environmentVariable, place);
}

function parse(text: string, from: string, place: string): Credential {
  const given = text.trim();
  const parts = new Map(
    given.split(";").map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]),
  );
  const accountKey = parts.get("AccountKey") ?? (isKey(given) ? given : undefined);
  if (accountKey !== undefined && isKey(accountKey)) return { kind: "key", accountKey };
  const signature = parts.get("SharedAccessSignature") ?? given;
  if (/(^|[?&])sig=/.test(signature)) {
    return { kind: "signature", sharedAccessSignature: signature.replace(/^\?/, "") };
  }
  const message = said`${from} holds no credentials of ${place}. Put a connection string, an account key or a shared access signature in it.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: place });
}

/** Keys of accounts are 64 bytes in base64. */
function isKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{86}==$/.test(text);
}
