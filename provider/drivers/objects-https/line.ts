import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import https from "node:https";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { Refusal } from "./classify.ts";
import { readAuthority, readIdentity } from "./credentials.ts";
import { protocolHeader, protocolVersion } from "./protocol.ts";
import type { HttpsSettings } from "./settings.ts";

export interface LineRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST";
  /** What follows the store in the path: empty, `/name` or `?query`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: LineBody;
}

export interface LineBody {
  readonly sizeBytes: number;
  /** Its bytes, piece by piece. */
  pieces(): Iterable<Uint8Array>;
}

/** From here on the server is asked whether it takes a body before the body goes. */
const askedFirstBytes = 1_048_576;
const connectionsMax = 16;

/** Connections to one server, as one client. */
export class Line {
  readonly #settings: HttpsSettings;
  readonly #place: string;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  #agent: https.Agent | undefined;

  constructor(
    settings: HttpsSettings,
    place: string,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.#settings = settings;
    this.#place = place;
    this.#environment = environment;
  }

  /** The answer of a success, whose body is to be read or left by `leave`. Throws `Refusal` for any other. */
  async send({ method, path, headers, body }: LineRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const isAsked = body !== undefined && body.sizeBytes >= askedFirstBytes;
    const request = https.request(`https://${this.#settings.host}/${this.#settings.store}${path}`, {
      method,
      signal,
      agent: this.#connections(),
      headers: {
        ...headers,
        [protocolHeader]: protocolVersion,
        ...(body === undefined ? {} : { "content-length": String(body.sizeBytes) }),
        ...(isAsked ? { expect: "100-continue" } : {}),
      },
    });
    const answered = once(request, "response", { signal }) as Promise<[IncomingMessage]>;
    // It is waited for below; until then it may fail while the body goes.
    answered.catch(() => undefined);
    request.on("error", () => undefined);
    if (isAsked) {
      request.flushHeaders();
      const may = once(request, "continue", { signal });
      may.catch(() => undefined);
      const isAnswered = await Promise.race([may.then(() => false), answered.then(() => true)]);
      if (isAnswered) request.destroy();
    }
    if (!request.destroyed) await sendBody(request, body, answered);
    return this.#successOf((await answered)[0]);
  }

  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  #successOf(answer: IncomingMessage): IncomingMessage {
    const { statusCode = 0, headers } = answer;
    if (statusCode < 200 || statusCode > 299) {
      leave(answer);
      // What is refused may be the certificate: the next attempt reads it again, and makes a connection with it.
      if (statusCode === 403) this.close();
      throw new Refusal(statusCode, headers);
    }
    if (headers[protocolHeader] === protocolVersion) return answer;
    answer.destroy();
    const message = said`${this.#place} is no store of siterecovery: another program answers there. Correct its host and port.`;
    throw new SiteRecoveryError("IoFailed", message, { target: this.#place });
  }

  #connections(): https.Agent {
    if (this.#agent !== undefined) return this.#agent;
    const { certificateAuthorityFile } = this.#settings;
    const { pem } = readIdentity(this.#settings, this.#place, this.#environment);
    this.#agent = new https.Agent({
      keepAlive: true,
      maxSockets: connectionsMax,
      minVersion: "TLSv1.3",
      cert: pem,
      key: pem,
      ...(certificateAuthorityFile === undefined ? {} : { ca: readAuthority(certificateAuthorityFile).pem }),
    });
    return this.#agent;
  }
}

/** Reads a body to its end without looking at it, so that the connection can be used again. */
export function leave(answer: IncomingMessage): void {
  answer.on("error", () => undefined).resume();
}

async function sendBody(
  request: ReturnType<typeof https.request>,
  body: LineBody | undefined,
  answered: Promise<unknown>,
): Promise<void> {
  for (const piece of body?.pieces() ?? []) {
    if (request.destroyed) break;
    // An answer that comes before the end of the body is a refusal: the rest need not go.
    if (!request.write(piece)) await Promise.race([once(request, "drain"), answered]);
  }
  request.end();
}
