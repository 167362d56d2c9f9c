import { localFileSystem } from "../blocks/file-system.ts";
import { readTextFile } from "../blocks/read-text-file.ts";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";

/** The address of a service, without a `/` at its end. Throws `InvalidInput` if it has a secret in it or is not safe. */
export function requireEndpoint(endpoint: string, place: string): string {
  const url = URL.parse(endpoint);
  const isHere = url !== null && ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isHere);
  if (url === null || !isSafe || url.username !== "" || url.password !== "" || url.search !== "") {
    const message = said`The endpoint of ${place} must be an https address without user and query. Only this computer is reached by http.`;
    throw new SiteRecoveryError("InvalidInput", message, { property: "endpoint" });
  }
  return `${url.origin}${url.pathname.replace(/\/$/, "")}`;
}

/** The certificates (PEM) of a file. */
export function readCertificates(filePath: string): string {
  return readTextFile(localFileSystem, filePath);
}
