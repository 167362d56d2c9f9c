/** Connections to a vSphere server. It is known by its certificate: by an authority, or by the thumbprint itself. */
import https from "node:https";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import { plainHost } from "../plain-host.ts";
import { localFileSystem } from "../blocks/file-system.ts";
import { readTextFile } from "../blocks/read-text-file.ts";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { VsphereSettings } from "./settings.ts";

/** A host and its port as an address has them. */
export interface HostAddress {
  readonly hostname: string;
  readonly port: number;
}

/** Throws `InvalidInput` for what is no host with or without a port. */
export function addressOf(host: string): HostAddress {
  const url = URL.parse(`https://${host}`);
  const isPlain = url?.pathname === "/" && url.search === "" && url.username === "" && !/[/?#@\s]/.test(host);
  if (url !== null && isPlain) {
    return { hostname: plainHost(url.hostname), port: Number(url.port || 443) };
  }
  const message = said`"${host}" is no host of vSphere. Give its name or address, and its port if it is not 443: vcenter.example.org.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: host, property: "host" });
}

/** A thumbprint in capitals and without colons. Throws `InvalidInput` if it is not one of SHA-256. */
export function normalThumbprint(given: string): string {
  const digits = given.replaceAll(/[:\s]/g, "").toUpperCase();
  if (/^[0-9A-F]{64}$/.test(digits)) return digits;
  const message = said`A thumbprint has 64 hexadecimal digits (SHA-256), with or without colons. Ask the server for it: openssl s_client -connect <host>:443 </dev/null | openssl x509 -noout -fingerprint -sha256`;
  throw new SiteRecoveryError("InvalidInput", message, { property: "thumbprint" });
}

const withColons = (digits: string): string => digits.match(/../g)!.join(":");

function thumbprintOf(socket: tls.TLSSocket): string {
  return normalThumbprint(socket.getPeerCertificate().fingerprint256);
}

/** Connects only to a server with one certificate: no byte of a request goes before it is compared. */
class PinnedAgent extends https.Agent {
  readonly #pin: string;
  readonly #host: string;

  constructor(pin: string, host: string) {
    super({ keepAlive: true });
    this.#pin = pin;
    this.#host = host;
  }

  override createConnection(
    options: tls.ConnectionOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    // Authorities and names do not matter: the thumbprint says which server it is.
    const socket = tls.connect({ ...options, rejectUnauthorized: false });
    const fail = (error: Error): void => {
      socket.destroy();
      callback?.(error, socket);
    };
    socket.once("error", fail);
    socket.once("secureConnect", () => {
      socket.off("error", fail);
      const found = thumbprintOf(socket);
      if (found === this.#pin) callback?.(null, socket);
      else fail(otherCertificate(this.#host, found));
    });
  }
}

function otherCertificate(host: string, found: string): SiteRecoveryError {
  const message = said`The certificate of ${host} is not the one that was named: its thumbprint is ${withColons(found)}. If it was renewed, compare this with the server and name it; if not, another server answers there.`;
  return new SiteRecoveryError("PrerequisitesNotMet", message, { target: host, property: "thumbprint" });
}

export function tlsAgent({ host, thumbprint, certificateAuthorityFile }: VsphereSettings): https.Agent {
  if (thumbprint !== undefined) return new PinnedAgent(normalThumbprint(thumbprint), host);
  if (certificateAuthorityFile === undefined) return new https.Agent({ keepAlive: true });
  return new https.Agent({ keepAlive: true, ca: readTextFile(localFileSystem, certificateAuthorityFile) });
}

/** The thumbprint that a server shows, to tell a person; nothing is sent to it. `undefined` if it does not answer. */
export function shownThumbprint(
  { hostname, port }: HostAddress,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = tls.connect({
      host: hostname,
      port,
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1"],
    });
    const end = (found: string | undefined): void => {
      socket.destroy();
      resolve(found);
    };
    socket.once("error", () => end(undefined));
    socket.once("secureConnect", () => end(withColons(thumbprintOf(socket))));
    signal.addEventListener("abort", () => end(undefined), { once: true });
  });
}
