import fs from "node:fs";
import https from "node:https";
import { afterAll, beforeAll } from "vitest";
import {
  protocolHeader,
  protocolVersion,
  problemHeader,
} from "../../provider/drivers/objects-https/protocol.ts";
import { SecondSite } from "../conformance/servers/target-server.ts";

/** Has a second site for the tests of a file. */
export function useSecondSite(): SecondSite {
  const site = new SecondSite();
  beforeAll(async () => {
    await site.start();
  });
  afterAll(async () => {
    await site.stop();
    site.remove();
  });
  return site;
}

export interface RawAnswer {
  readonly status: number;
  readonly problem: string | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array;
  /** Whose certificate is shown; `null` for none. */
  readonly client?: string | null;
}

/** A request as a program of somebody else's could send it. Rejects if there is no answer. */
export function ask(
  site: SecondSite,
  { method = "GET", path, headers, body, client = "writer" }: RawRequest,
): Promise<RawAnswer> {
  const pem = client === null ? undefined : fs.readFileSync(site.trust.clientFile(client));
  return new Promise((resolve, reject) => {
    const request = https.request(
      {
        host: "127.0.0.1",
        port: site.port,
        method,
        path,
        agent: false,
        ca: fs.readFileSync(site.trust.authorityFile),
        ...(pem === undefined ? {} : { cert: pem, key: pem }),
        headers: { [protocolHeader]: protocolVersion, ...headers },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const problem = answer.headers[problemHeader] as string | undefined;
          resolve({
            status: answer.statusCode!,
            problem,
            headers: answer.headers,
            text: Buffer.concat(chunks).toString(),
          });
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}
