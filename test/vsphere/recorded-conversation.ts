/**
 * A server that answers as a recorded conversation with another one went. Each request has to be the next one of the recording,
 * by its method and what it asks for, so that a client that begins to ask something else is noticed.
 */
import fs from "node:fs";
import type http from "node:http";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { systemClock } from "../../provider/clock.ts";
import { systemRandom } from "../../provider/random.ts";
import { TrustFolder } from "../../provider/trust/trust-folder.ts";
import type { VsphereSettings } from "../../provider/vsphere/settings.ts";

export interface Exchange {
  /** The element in the request's body, without `userName` and `password`. */
  readonly request: string;
  readonly status: number;
  readonly cookie?: string;
  readonly answer: string;
}

export interface RecordedServer {
  readonly settings: VsphereSettings;
  /** Files with the account and the authority, for the command line. */
  readonly accountFile: string;
  readonly authorityFile: string;
  /** Requests that were not the next one of the recording. */
  readonly strange: readonly string[];
  /** How many requests of the recording did not come. */
  readonly left: number;
  stop(): Promise<void>;
}

/** What of a request is compared. Accounts are not part of recordings. */
export function requestIn(envelope: string): string {
  const [, body = ""] = /<soapenv:Body>(.*)<\/soapenv:Body>/s.exec(envelope) ?? [];
  return body.replaceAll(/<(userName|password)>.*?<\/\1>/gs, "<$1/>");
}

export const password = "not-in-any-recording";

export async function serveRecording(name: string): Promise<RecordedServer> {
  const file = new URL(`conversations/${name}.json`, import.meta.url);
  return serve(JSON.parse(fs.readFileSync(file, "utf8")) as Exchange[]);
}

type Answer = (request: string, envelope: string) => Promise<Exchange | undefined>;

/** A server with a certificate and an account of its own. */
export async function answerWith(answer: Answer): Promise<Omit<RecordedServer, "strange" | "left">> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-recorded-"));
  const parts = { files: localFileSystem, clock: systemClock, random: systemRandom };
  const trust = new TrustFolder(path.join(folder, "trust"), parts);
  trust.makeAuthority("recorded");
  trust.makeServer(["127.0.0.1"], 2);
  const pem = fs.readFileSync(path.join(folder, "trust", "server.pem"));
  const respond = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const pieces = await Array.fromAsync(request as AsyncIterable<Buffer>);
    const envelope = Buffer.concat(pieces).toString("utf8");
    const exchange = await answer(requestIn(envelope), envelope);
    if (exchange === undefined) return void response.writeHead(400).end("This is not in the recording.");
    const cookie = exchange.cookie === undefined ? {} : { "set-cookie": exchange.cookie };
    response.writeHead(exchange.status, { "content-type": "text/xml", ...cookie }).end(exchange.answer);
  };
  const server = https.createServer({ cert: pem, key: pem }, (request, response) => {
    respond(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const accountFile = path.join(folder, "account");
  fs.writeFileSync(accountFile, `reader:${password}\n`, { mode: 0o600 });
  return {
    settings: {
      host: `127.0.0.1:${port}`,
      credentials: { file: accountFile },
      certificateAuthorityFile: trust.authorityFile,
    },
    accountFile,
    authorityFile: trust.authorityFile,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function serve(exchanges: readonly Exchange[]): Promise<RecordedServer> {
  const strange: string[] = [];
  const left = [...exchanges];
  const server = await answerWith((request) => {
    const isNext = left[0]?.request === request;
    if (!isNext) strange.push(request);
    return Promise.resolve(isNext ? left.shift() : undefined);
  });
  return {
    ...server,
    strange,
    get left() {
      return left.length;
    },
  };
}
