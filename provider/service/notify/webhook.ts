/**
 * A webhook: a POST of JSON. Signed by the Standard Webhooks specification (headers webhook-id, webhook-timestamp and
 * webhook-signature), so that receivers check it with a library of their language.
 */
import { createHmac } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { nameOf } from "../../arm-id.ts";
import type { Clock } from "../../clock.ts";
import { messageOf, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { Notification } from "../../model/notification.ts";
import type { WebhookSettings } from "../settings.ts";
import { type Channel, ChannelError } from "./channel.ts";
import { readAuthority } from "./read-authority.ts";
import { readSecret, type SecretSource } from "./read-secret.ts";
import { errorOfUrl } from "./webhook-url.ts";

/** What is posted. */
export interface WebhookBody {
  /** The reason, such as `AlertRaised`. */
  readonly type: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly data: {
    readonly id: string;
    readonly severity: string;
    readonly subject: string;
    readonly text: string;
    readonly code: string | null;
    readonly target: { readonly id: string; readonly name: string } | null;
  };
}

function bodyOf({ id, reason, severity, at, subject, text, code, targetId }: Notification): WebhookBody {
  const target = targetId === undefined ? null : { id: targetId, name: nameOf(targetId) };
  const data = { id, severity, subject, text, code: code ?? null, target };
  return { type: reason, timestamp: new Date(at).toISOString(), data };
}

function keyOf(secret: string, channel: string): Buffer {
  const [, text = ""] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const key = Buffer.from(text, "base64");
  // The specification's limits.
  if (key.length >= 24 && key.length <= 64) return key;
  const message = said`The secret of channel ${channel} is no signing secret: it is whsec_ and the Base64 of 24 to 64 bytes. Make one with: echo whsec_$(openssl rand -base64 32)`;
  throw new SiteRecoveryError("InvalidInput", message, { target: channel });
}

/** `Retry-After` in seconds; a date is left out. */
function retryAfterOf(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** Throws `InvalidInput` for a missing secret and a bad address. */
export function webhookChannel(
  name: string,
  settings: WebhookSettings,
  source: SecretSource & { readonly clock: Clock },
): Channel {
  const address = settings.url ?? readSecret(settings.urlFrom ?? {}, name, source);
  const wrong = errorOfUrl(address);
  if (wrong !== undefined)
    throw new SiteRecoveryError("InvalidInput", said`The address of channel ${name} is wrong: ${wrong}.`, {
      target: name,
    });
  const url = new URL(address);
  const key = settings.secret && keyOf(readSecret(settings.secret, name, source), name);
  const isSecure = url.protocol === "https:";
  // A connection of its own each time: hours may pass between two.
  const agent = isSecure
    ? new https.Agent(readAuthority(settings.certificateAuthorityFile, source.folder))
    : new http.Agent();

  const post = (
    body: string,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<http.IncomingMessage> =>
    new Promise((resolve, reject) => {
      const request = (isSecure ? https : http).request(
        url,
        { method: "POST", headers, signal, agent },
        (response) => {
          // Nothing of the answer is of use, and it may be long.
          response.destroy();
          resolve(response);
        },
      );
      request.on("error", reject);
      request.end(body);
    });

  return {
    name,
    async send(notification, signal) {
      const body = JSON.stringify(bodyOf(notification));
      const timestamp = Math.floor(source.clock.now() / 1000).toString();
      const signed = `${notification.id}.${timestamp}.${body}`;
      const headers = {
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(body)),
        "user-agent": "siterecovery",
        "webhook-id": notification.id,
        "webhook-timestamp": timestamp,
        ...(key && {
          "webhook-signature": `v1,${createHmac("sha256", key).update(signed).digest("base64")}`,
        }),
      };
      const response = await post(body, headers, signal).catch((error: unknown) => {
        throw new ChannelError(`${url.host} could not be reached: ${messageOf(error)}`);
      });
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return;
      // A redirection is not followed: the request would go where nobody has configured it to.
      throw new ChannelError(`${url.host} answered ${status}`, retryAfterOf(response.headers["retry-after"]));
    },
    close: () => agent.destroy(),
  };
}
