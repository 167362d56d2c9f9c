import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import https from "node:https";
import { isOfCertificate } from "../certificate-code.ts";
import type { Clock } from "../clock.ts";
import { isExpected, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import { stoppedAfterLimit } from "../within-limit.ts";
import { addressOf, type HostAddress, shownThumbprint, tlsAgent } from "./tls-agent.ts";
import type { VsphereSettings } from "./settings.ts";

/** An answer of the server, whole. */
export interface LineAnswer {
  readonly status: number;
  readonly text: string;
  /** The session's cookie, if the answer sets it. */
  readonly cookie: string | undefined;
}

export interface LineOptions {
  readonly clock: Clock;
  /** No request takes longer, in milliseconds. */
  readonly timeoutMs: number;
}

const answerMaxBytes = 64 * 1024 * 1024;
const cookieName = "vmware_soap_session";
/**
 * The version of the API that the server is to speak: every vCenter and ESXi since 6.5 knows it. An older default would hide
 * what this project asks for.
 */
const apiVersion = "urn:vim25/6.5";

/** Connections to one vSphere server. */
export class VsphereLine {
  readonly host: string;
  readonly #address: HostAddress;
  readonly #agent: https.Agent;
  readonly #options: LineOptions;

  constructor(settings: VsphereSettings, options: LineOptions) {
    this.host = settings.host;
    this.#address = addressOf(settings.host);
    this.#agent = tlsAgent(settings);
    this.#options = options;
  }

  /**
   * Sends an envelope. Throws `SourceUnreachable` if there is no answer in time, and `PrerequisitesNotMet` if the server's
   * certificate is not to be trusted.
   */
  async post(envelope: string, cookie: string | undefined, signal?: AbortSignal): Promise<LineAnswer> {
    const { clock, timeoutMs } = this.#options;
    try {
      return await stoppedAfterLimit(
        (until) => this.#exchange(envelope, cookie, until),
        { clock, timeoutMs, signal },
        () => this.#late(),
      );
    } catch (error) {
      signal?.throwIfAborted();
      throw await this.#failure(error);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #exchange(envelope: string, cookie: string | undefined, signal: AbortSignal): Promise<LineAnswer> {
    const { hostname, port } = this.#address;
    const body = Buffer.from(envelope, "utf8");
    const request = https.request({
      host: hostname,
      port,
      path: "/sdk",
      method: "POST",
      agent: this.#agent,
      signal,
      headers: {
        "content-type": "text/xml; charset=utf-8",
        "content-length": body.length,
        soapaction: apiVersion,
        ...(cookie === undefined ? {} : { cookie: `${cookieName}=${cookie}` }),
      },
    });
    // It may fail after it was answered, when nobody waits for it any more.
    request.on("error", () => undefined);
    request.end(body);
    const [answer] = (await once(request, "response", { signal })) as [IncomingMessage];
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of answer as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > answerMaxBytes) {
        request.destroy();
        throw tooLong(this.host);
      }
      pieces.push(piece);
    }
    return {
      status: answer.statusCode ?? 0,
      text: Buffer.concat(pieces).toString("utf8"),
      cookie: cookieIn(answer.headers["set-cookie"]),
    };
  }

  /** The thumbprint that the server shows; `undefined` if it shows none in time. */
  async #shown(): Promise<string | undefined> {
    const { clock, timeoutMs } = this.#options;
    return stoppedAfterLimit(
      (until) => shownThumbprint(this.#address, until),
      { clock, timeoutMs },
      () => this.#late(),
    ).catch(() => undefined);
  }

  #late(): SiteRecoveryError {
    const { host } = this;
    const seconds = Math.round(this.#options.timeoutMs / 1000);
    const message = said`${host} does not answer within ${seconds} s. Check the server and the network.`;
    return new SiteRecoveryError("SourceUnreachable", message, { target: host });
  }

  async #failure(error: unknown): Promise<Error> {
    if (isExpected(error)) return error;
    const { host } = this;
    const fail = (
      code: "SourceUnreachable" | "PrerequisitesNotMet",
      message: ReturnType<typeof said>,
    ): Error => new SiteRecoveryError(code, message, { target: host });
    const { code: given = "" } = error as { readonly code?: string };
    const code = /^[A-Za-z0-9_]{1,60}$/.test(given) ? given : "";
    if (!isOfCertificate(code)) {
      const why = code === "" ? said`` : said` (${code})`;
      return fail(
        "SourceUnreachable",
        said`${host} does not answer${why}. Check its name, its port and the network.`,
      );
    }
    const shown = await this.#shown();
    const has =
      shown === undefined ? said`` : said` Its thumbprint is ${shown}; if that is the server's, name it.`;
    return fail(
      "PrerequisitesNotMet",
      said`The certificate of ${host} cannot be trusted (${code}). Name the file of its authority: vCenter offers its own at https://${host}/certs/download.zip.${has}`,
    );
  }
}

function tooLong(host: string): SiteRecoveryError {
  const message = said`${host} sends an answer of more than ${answerMaxBytes} bytes, which is not read.`;
  return new SiteRecoveryError("IoFailed", message, { target: host });
}

function cookieIn(headers: readonly string[] | undefined): string | undefined {
  for (const header of headers ?? []) {
    const [, value] = new RegExp(`^${cookieName}=("[^"]*"|[^;\\s]*)`).exec(header) ?? [];
    if (value !== undefined && value !== "") return value;
  }
  return undefined;
}
