import { createPrivateKey, X509Certificate } from "node:crypto";
import { readPrivateFile } from "../../blocks/read-private-file.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { readCertificates } from "../remote-endpoint.ts";
import type { HttpsSettings } from "./settings.ts";

/** A certificate, and the text that it is from: of a client, that has its key as well. */
export interface ClientIdentity {
  readonly pem: string;
  readonly certificate: X509Certificate;
}

/** Reads what the settings name. No message has any of the key. Throws `InvalidInput`. */
export function readIdentity(
  { credentials }: Pick<HttpsSettings, "credentials">,
  place: string,
  environment: Readonly<Record<string, string | undefined>>,
): ClientIdentity {
  if (credentials === undefined) {
    const message = said`${place} needs the certificate of a client. Name the file that siterecovery target trust has made for it.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: place, property: "credentials" });
  }
  if ("file" in credentials) return parse(readPrivateFile(credentials.file), credentials.file, place);
  const { environmentVariable } = credentials;
  const text = environment[environmentVariable];
  if (text !== undefined && text.trim() !== "") return parse(text, environmentVariable, place);
  const message = said`The environment variable ${environmentVariable} with the credentials of ${place} is not set.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: place });
}

/** The certificate of the authority that signs servers, from a file. Throws `InvalidInput` if it holds none. */
export function readAuthority(filePath: string): ClientIdentity {
  const pem = readCertificates(filePath);
  try {
    return { pem, certificate: new X509Certificate(pem) };
  } catch {
    const message = said`${filePath} holds no certificate. Name the ca.pem of the other site, in PEM.`;
    throw new SiteRecoveryError("InvalidInput", message, {
      target: filePath,
      property: "certificateAuthorityFile",
    });
  }
}

function parse(pem: string, from: string, place: string): ClientIdentity {
  const identity = identityIn(pem);
  if (identity !== undefined) return identity;
  const message = said`${from} holds no credentials of ${place}. Put the client's certificate and its key in it, both as PEM.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: place });
}

/** `undefined` unless it holds a certificate and the key of that very certificate. */
function identityIn(pem: string): ClientIdentity | undefined {
  try {
    const certificate = new X509Certificate(pem);
    return certificate.checkPrivateKey(createPrivateKey(pem)) ? { pem, certificate } : undefined;
  } catch {
    // What OpenSSL says of it may quote it.
    return undefined;
  }
}
