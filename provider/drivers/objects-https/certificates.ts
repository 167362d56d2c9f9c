import { validUntil } from "../../certificate-expiry.ts";
import { readAuthority, readIdentity } from "./credentials.ts";
import type { HttpsSettings } from "./settings.ts";

/** When the certificates end that this computer has for a place: its own, and that of the authority. */
export function certificatesOf(
  settings: HttpsSettings,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): { what: string; until: number }[] {
  const place = `https://${settings.host}/${settings.store}`;
  const { certificate } = readIdentity(settings, place, environment);
  const own = { what: `the certificate of this computer for ${place}`, until: validUntil(certificate) };
  const { certificateAuthorityFile } = settings;
  if (certificateAuthorityFile === undefined) return [own];
  const { certificate: authority } = readAuthority(certificateAuthorityFile);
  return [
    own,
    { what: `the certificate authority in ${certificateAuthorityFile}`, until: validUntil(authority) },
  ];
}
