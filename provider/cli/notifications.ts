import { systemClock } from "../clock.ts";
import { messageOf, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { Notification } from "../model/notification.ts";
import { randomUuid, systemRandom } from "../random.ts";
import { sendInTime } from "../service/deliver.ts";
import { readServiceFile } from "../service/settings.ts";
import { CliCommand } from "./cli-command.ts";
import { exitCodes } from "./exit-codes.ts";
import { formatTable, formatTime } from "./format.ts";
import type { NotificationJson, NotificationTestJson } from "./json/service.ts";
import { limitOf } from "./limit-option.ts";
import { InputOption } from "./read-given-file.ts";
import { openSession, printJson } from "./session.ts";
import { isoTime, isoTimeOrNull } from "./times.ts";

function stateOf({
  endedAt,
  error,
}: {
  readonly endedAt: number | undefined;
  readonly error: string | undefined;
}): string {
  if (endedAt === undefined) return "queued";
  return error === undefined ? "delivered" : "given up";
}

function listCommand(): CliCommand {
  return new CliCommand("list")
    .description("what people were told, and what is still to be sent; newest first")
    .option("--limit <count>", "how many", "50")
    .json("notifications list")
    .example("notifications list", "whether the last alerts arrived")
    .action(async (flags: { limit: string; json?: boolean }, command: CliCommand) => {
      const limit = limitOf(flags.limit);
      const rows = (await openSession(command)).notifications.list(limit).map((queued): NotificationJson => {
        const { notification, channel, attempts, dueAt, endedAt, error } = queued;
        const { id, reason, severity, at, subject, text } = notification;
        const nextTryTime = isoTimeOrNull(endedAt === undefined ? dueAt : undefined);
        const ended = { state: stateOf(queued), attempts, nextTryTime, error: error ?? null };
        return { id, channel, reason, severity, time: isoTime(at), subject, text, ...ended };
      });
      if (flags.json === true) return printJson("notifications list", rows);
      if (rows.length === 0) return void process.stdout.write("Nobody was told anything.\n");
      const cells = rows.map(({ time, channel, state, subject, error }) => [
        formatTime(Date.parse(time)),
        channel,
        state,
        subject,
        error ?? "",
      ]);
      process.stdout.write(`${formatTable(["TIME", "CHANNEL", "STATE", "SUBJECT", "ERROR"], cells)}\n`);
    });
}

function requireKnown(named: readonly string[], known: readonly string[], file: string): void {
  for (const name of named) {
    if (known.includes(name)) continue;
    const message = said`There is no channel "${name}" in ${file}. There are: ${known.join(", ") || "none"}.`;
    throw new SiteRecoveryError("NotFound", message, { target: name });
  }
}

function testCommand(): CliCommand {
  return new CliCommand("test")
    .description("send a test through the channels of a service.yaml, now, and say which of them took it")
    .argument("[channels...]", "names of channels (default: all)")
    .addOption(new InputOption("--config <file>", "the service.yaml").makeOptionMandatory())
    .json("notifications test")
    .example("notifications test --config service.yaml", "whether everybody who is to be told can be told")
    .action(async (named: string[], flags: { config: string; json?: boolean }) => {
      const settings = readServiceFile(flags.config);
      requireKnown(
        named,
        settings.channels.map(({ name }) => name),
        flags.config,
      );
      const wanted = settings.channels.filter(({ name }) => named.length === 0 || named.includes(name));
      // What mails need is loaded by those who send some.
      const { openChannels } = await import("../service/notify/open-channels.ts");
      const channels = openChannels(
        { ...settings, channels: wanted },
        { clock: systemClock, environment: process.env },
      );
      const notification: Notification = {
        id: randomUuid(systemRandom),
        reason: "Test",
        severity: "OK",
        at: systemClock.now(),
        subject: "a test of this channel",
        text: "This is a test. Alerts of siterecovery arrive here.",
      };
      const outcomes = await Promise.all(
        channels.map(async (channel): Promise<NotificationTestJson> => {
          try {
            await sendInTime({ clock: systemClock }, channel, notification, new AbortController().signal);
            return { channel: channel.name, delivered: true, error: null };
          } catch (error) {
            return { channel: channel.name, delivered: false, error: messageOf(error) };
          } finally {
            channel.close();
          }
        }),
      );
      if (flags.json === true) printJson("notifications test", outcomes);
      else if (outcomes.length === 0) process.stdout.write(`${flags.config} names no channels.\n`);
      for (const { channel, error } of flags.json === true ? [] : outcomes) {
        if (error === null) process.stdout.write(`${channel}: it took the test\n`);
        else process.stderr.write(`${channel}: error: ${error}\n`);
      }
      if (outcomes.some(({ delivered }) => !delivered)) process.exitCode = exitCodes.refused;
    });
}

/** `siterecovery notifications`: what `serve` tells people. */
export function notificationsCommand(): CliCommand {
  return new CliCommand("notifications")
    .group("upkeep")
    .description("what siterecovery serve has told people, and a test of its channels")
    .addCommand(listCommand())
    .addCommand(testCommand());
}
