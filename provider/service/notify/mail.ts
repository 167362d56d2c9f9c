/** A mail through an SMTP server, with TLS wherever the server is not this computer. */
import { createTransport } from "nodemailer";
import { plainHost } from "../../plain-host.ts";
import type { Notification } from "../../model/notification.ts";
import { messageOf } from "../../errors.ts";
import { isLoopbackName } from "../loopback.ts";
import type { MailSettings } from "../settings.ts";
import { type Channel, ChannelError } from "./channel.ts";
import { readAuthority } from "./read-authority.ts";
import { readSecret, type SecretSource } from "./read-secret.ts";

const connectMilliseconds = 15_000;

function textOf({ text, at, targetId, code, reason }: Notification): string {
  const facts = [
    `Time: ${new Date(at).toISOString()}`,
    `Reason: ${reason}${code === undefined ? "" : ` (${code})`}`,
    ...(targetId === undefined ? [] : [`Of: ${targetId}`]),
  ];
  return `${text}\n\n${facts.join("\n")}\n`;
}

/** Throws `InvalidInput` for a missing password. */
export function mailChannel(name: string, settings: MailSettings, source: SecretSource): Channel {
  const { server, from, to, user, password, certificateAuthorityFile: file } = settings;
  const url = new URL(server);
  const secure = url.protocol === "smtps:";
  const transport = createTransport({
    host: plainHost(url.hostname),
    port: url.port === "" ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && !isLoopbackName(url.hostname),
    connectionTimeout: connectMilliseconds,
    greetingTimeout: connectMilliseconds,
    socketTimeout: connectMilliseconds,
    ...(user !== undefined && password !== undefined
      ? { auth: { user, pass: readSecret(password, name, source) } }
      : {}),
    tls: readAuthority(file, source.folder),
    // Nothing but what is given here may be read from files or addresses.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    name,
    async send(notification) {
      const { id, subject } = notification;
      const mail = {
        from,
        to: [...to],
        // A name may hold what ends a header.
        subject: `[siterecovery] ${subject.replaceAll(/[\r\n]+/g, " ")}`,
        text: textOf(notification),
        // The same one for each try, so that a mail program shows it once.
        messageId: `<${id}@siterecovery>`,
        headers: { "Auto-Submitted": "auto-generated" },
      };
      try {
        await transport.sendMail(mail);
      } catch (error) {
        const code = (error as { responseCode?: number }).responseCode;
        const why = code === undefined ? messageOf(error) : `it answered ${code}`;
        throw new ChannelError(`${url.host} did not take the mail: ${why}`);
      }
    },
    close: () => transport.close(),
  };
}
