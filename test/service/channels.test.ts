/** Each way to tell people, with a real server or program at the other side. */
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import type { Notification } from "../../provider/model/notification.ts";
import { type Channel, ChannelError } from "../../provider/service/notify/channel.ts";
import { openChannels } from "../../provider/service/notify/open-channels.ts";
import type { ChannelSettings } from "../../provider/service/settings.ts";

const notification: Notification = {
  id: "7b0f4a52-6a51-4f6e-9a8e-0f2a4f3a9d11",
  reason: "AlertRaised",
  severity: "Critical",
  at: Date.parse("2026-11-30T03:00:00Z"),
  targetId: "/subscriptions/x/resourceGroups/dr/providers/y/vaults/v/items/web1",
  code: "ReplicationFailed",
  subject: "Critical: web1: ReplicationFailed",
  text: "web1: its target is away — “Zürich”; mend it",
};
const signingSecret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const password = "hunter2-hunter2";
const never = new AbortController().signal;

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-channels-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

function open(channel: Omit<ChannelSettings, "name">, environment: Record<string, string> = {}): Channel {
  const [opened] = openChannels(
    { channels: [{ name: "ops", ...channel }], folder },
    { clock: systemClock, environment },
  );
  onTestFinished(() => opened!.close());
  return opened!;
}

/** What the channel says when its other side does not take a notification. */
async function refusalOf(channel: Channel): Promise<ChannelError> {
  const error: unknown = await channel.send(notification, never).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ChannelError);
  return error as ChannelError;
}

interface Posted {
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly path: string;
}

async function hook(answer: http.RequestListener): Promise<{ url: string; posted: Posted[] }> {
  const posted: Posted[] = [];
  const server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      posted.push({ headers: request.headers, body, path: request.url ?? "" });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, posted };
}

async function smtp(
  options: SMTPServerOptions,
): Promise<{ port: number; mails: { to: string[]; from: string; text: string }[] }> {
  const mails: { to: string[]; from: string; text: string }[] = [];
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    authOptional: true,
    // Its passwords are checked on a line without TLS here, which goes no further than this computer.
    allowInsecureAuth: true,
    onData(stream, session, done) {
      let text = "";
      stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          text,
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map(({ address }) => address),
        });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  const listening = await new Promise<AddressInfo>((resolve) => {
    const one = server.listen(0, "127.0.0.1", () => resolve(one.address() as AddressInfo));
  });
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return { port: listening.port, mails };
}

describe("a webhook", () => {
  it("posts what happened, signed as the specification says", async () => {
    const { url, posted } = await hook((_request, response) => response.end("thanks"));
    const channel = open(
      { webhook: { url: `${url}/dr`, secret: { environmentVariable: "SIGNING" } } },
      { SIGNING: signingSecret },
    );
    await channel.send(notification, never);
    const [{ headers, body, path: at }] = posted as [Posted];
    expect(at).toBe("/dr");
    const read = new Webhook(signingSecret).verify(body, headers as Record<string, string>);
    expect(read).toEqual({
      type: "AlertRaised",
      timestamp: "2026-11-30T03:00:00.000Z",
      data: {
        id: notification.id,
        severity: "Critical",
        subject: notification.subject,
        text: notification.text,
        code: "ReplicationFailed",
        target: { id: notification.targetId, name: "web1" },
      },
    });
    expect(() =>
      new Webhook(`whsec_${Buffer.alloc(32, 8).toString("base64")}`).verify(body, headers as never),
    ).toThrow();
  });

  it("follows no redirection, and says which host answered what", async () => {
    const other = await hook((_request, response) => response.end());
    const { url } = await hook((_request, response) =>
      response.writeHead(307, { location: `${other.url}/stolen` }).end(),
    );
    fs.writeFileSync(path.join(folder, "address"), `${url}/secret-token\n`, { mode: 0o600 });
    const refusal = await refusalOf(open({ webhook: { urlFrom: { file: "address" } } }));
    expect(refusal.message).toBe(`${new URL(url).host} answered 307`);
    expect(other.posted).toEqual([]);
  });

  it("keeps the time that the other side asks for", async () => {
    const { url } = await hook((_request, response) =>
      response.writeHead(429, { "retry-after": "90" }).end(),
    );
    expect(await refusalOf(open({ webhook: { url } }))).toMatchObject({ retryAfter: 90_000 });
  });

  it("says nothing of a secret address that cannot be reached", async () => {
    const { message } = await refusalOf(
      open(
        { webhook: { urlFrom: { environmentVariable: "URL" } } },
        { URL: "http://127.0.0.1:1/secret-token" },
      ),
    );
    expect(message).toMatch(/^127\.0\.0\.1:1 could not be reached: .*ECONNREFUSED/);
    expect(message).not.toContain("secret-token");
  });

  it("is ended by the signal while the other side says nothing", async () => {
    const { url, posted } = await hook(() => undefined);
    const stop = new AbortController();
    const sending = open({ webhook: { url } }).send(notification, stop.signal);
    sending.catch(() => undefined);
    await expect.poll(() => posted.length).toBe(1);
    stop.abort();
    await expect(sending).rejects.toThrow(/could not be reached/);
  });

  it.each([
    ["a secret that is none", { SIGNING: "hunter2" }, /no signing secret.*openssl rand/],
    ["no secret", {}, /environment variable SIGNING of channel ops is not set/],
  ])("does not begin with %s", (_what, environment: Record<string, string>, message) => {
    const webhook = { url: "https://example.org", secret: { environmentVariable: "SIGNING" } };
    expect(() => open({ webhook }, environment)).toThrow(message);
    expect(() => open({ webhook }, environment)).not.toThrow(/hunter2/);
  });

  it("does not begin with a secret that others may read", () => {
    fs.writeFileSync(path.join(folder, "secret"), signingSecret, { mode: 0o644 });
    const webhook = { url: "https://example.org", secret: { file: "secret" } };
    expect(() => open({ webhook })).toThrow(/chmod 600/);
  });
});

describe("a mail", () => {
  const mailTo = (port: number): NonNullable<ChannelSettings["mail"]> => ({
    server: `smtp://127.0.0.1:${port}`,
    from: "dr@example.org",
    to: ["anna@example.org", "ben@example.org"],
  });

  it("arrives with its subject, its text and an id of its own", async () => {
    const { port, mails } = await smtp({});
    await open({ mail: mailTo(port) }).send(notification, never);
    expect(mails).toHaveLength(1);
    const [{ from, to, text }] = mails as [(typeof mails)[number]];
    expect([from, to]).toEqual(["dr@example.org", ["anna@example.org", "ben@example.org"]]);
    expect(text).toContain("Subject: [siterecovery] Critical: web1: ReplicationFailed");
    expect(text).toContain(`Message-ID: <${notification.id}@siterecovery>`);
    expect(text).toContain("Auto-Submitted: auto-generated");
    expect(text).toContain("its target is away");
  });

  it("takes no line of a subject for a header", async () => {
    const { port, mails } = await smtp({});
    const subject = "web1\r\nBcc: eve@example.org";
    await open({ mail: mailTo(port) }).send({ ...notification, subject }, never);
    expect(mails[0]!.to).not.toContain("eve@example.org");
    expect(mails[0]!.text).not.toMatch(/^Bcc:/m);
  });

  it("logs in, and tells nobody the password when that is refused", async () => {
    const seen: string[] = [];
    const { port, mails } = await smtp({
      authOptional: false,
      onAuth({ username, password: given }, _session, done) {
        seen.push(`${username}:${given}`);
        if (given === password) done(null, { user: username });
        else done(new Error(`no such password: ${given}`));
      },
    });
    const mail = { ...mailTo(port), user: "dr", password: { environmentVariable: "PASS" } };
    await open({ mail }, { PASS: password }).send(notification, never);
    expect([mails.length, seen]).toEqual([1, [`dr:${password}`]]);
    const { message } = await refusalOf(open({ mail }, { PASS: "wrong-secret" }));
    expect(message).toBe(`127.0.0.1:${port} did not take the mail: it answered 535`);
  });

  it("asks a server elsewhere for TLS before it says anything", async () => {
    const { port, mails } = await smtp({});
    // A name that is not of this computer, though it leads here.
    const mail = { ...mailTo(port), server: `smtp://127.1:${port}` };
    expect((await refusalOf(open({ mail }))).message).toMatch(
      /^127\.1:\d+ did not take the mail: it answered 50\d$/,
    );
    expect(mails).toEqual([]);
  });

  it("says which server refused whom", async () => {
    const { port } = await smtp({
      onRcptTo: (_address, _session, done) =>
        done(Object.assign(new Error("no such user"), { responseCode: 550 })),
    });
    expect((await refusalOf(open({ mail: mailTo(port) }))).message).toBe(
      `127.0.0.1:${port} did not take the mail: it answered 550`,
    );
  });
});

describe("a command", () => {
  const script = (text: string): string[] => {
    fs.writeFileSync(path.join(folder, "tell.sh"), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return ["./tell.sh", "one $argument"];
  };

  it("has what happened in its environment, and no secret of the service's", async () => {
    process.env["OPS_SECRET"] = password;
    onTestFinished(() => void delete process.env["OPS_SECRET"]);
    await open({ command: script('echo "$1" > told; env >> told') }).send(notification, never);
    const told = fs.readFileSync(path.join(folder, "told"), "utf8");
    expect(told.split("\n")[0]).toBe("one $argument");
    expect(told).toContain("SITERECOVERY_NOTIFICATION_REASON=AlertRaised\n");
    expect(told).toContain(`SITERECOVERY_NOTIFICATION_TEXT=${notification.text}\n`);
    expect(told).toContain("SITERECOVERY_NOTIFICATION_TARGET=web1\n");
    expect(told).not.toContain(password);
  });

  it("did not tell if it does not end with 0", async () => {
    const { message } = await refusalOf(open({ command: script("echo no signal; exit 3") }));
    expect(message).toBe("./tell.sh ended with code 3; it printed: no signal");
    expect((await refusalOf(open({ command: ["./absent.sh"] }))).message).toMatch(/cannot be run: .*ENOENT/);
  });
});
