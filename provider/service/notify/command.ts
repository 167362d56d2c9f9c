/** A program that tells people, run without a shell; what it is told stands in its environment. */
import { nameOf } from "../../arm-id.ts";
import type { Clock } from "../../clock.ts";
import { runCommand } from "../../machines/run-command.ts";
import type { Notification } from "../../model/notification.ts";
import { type Channel, ChannelError } from "./channel.ts";

const timeoutSeconds = 60;
const toldCharacters = 300;

function factsOf({
  id,
  reason,
  severity,
  at,
  subject,
  text,
  code,
  targetId,
}: Notification): Record<string, string> {
  const facts = {
    ID: id,
    REASON: reason,
    SEVERITY: severity,
    TIME: new Date(at).toISOString(),
    SUBJECT: subject,
    TEXT: text,
    CODE: code ?? "",
    TARGET: targetId === undefined ? "" : nameOf(targetId),
    TARGET_ID: targetId ?? "",
  };
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      `SITERECOVERY_NOTIFICATION_${name}`,
      // The system takes no text with it.
      value.replaceAll("\0", ""),
    ]),
  );
}

export function commandChannel(
  name: string,
  command: readonly string[],
  { folder, clock }: { readonly folder: string; readonly clock: Clock },
): Channel {
  return {
    name,
    async send(notification, signal) {
      const facts = factsOf(notification);
      const ended = await runCommand({ command, folder, facts, timeoutSeconds, clock, signal });
      if (ended.exitCode === 0) return;
      const why =
        ended.startError !== undefined
          ? `cannot be run: ${ended.startError}`
          : ended.timedOut
            ? `took longer than ${timeoutSeconds} s`
            : `ended with code ${ended.exitCode ?? "none"}`;
      const printed = ended.output.trim().slice(-toldCharacters);
      throw new ChannelError(`${command[0]!} ${why}${printed === "" ? "" : `; it printed: ${printed}`}`);
    },
    close: () => undefined,
  };
}
