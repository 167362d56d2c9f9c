/** What is wrong with how a machine says that it works (`ready`): patterns that are none, and ways into it that are not there. */
import { messageOf } from "../errors.ts";
import type { MachineDefinition } from "../model/machine-definition.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";

export type Report = (path: YamlPath, message: string) => void;

function checkPattern(path: YamlPath, pattern: string | undefined, report: Report): void {
  if (pattern === undefined) return;
  try {
    new RegExp(pattern);
  } catch (error) {
    report(path, `'${pattern}' is no regular expression: ${messageOf(error)}`);
  }
}

export function checkReady({ ready, qemu, nics }: MachineDefinition, report: Report): void {
  if (ready === undefined) return;
  if (qemu === undefined) {
    const message = "asks a guest, and there is one only in a machine that QEMU runs; add qemu, or remove it";
    report(["ready"], message);
    return;
  }
  const { console, channel, tcp, http, lastWrite } = ready;
  checkPattern(["ready", "console"], console, report);
  checkPattern(["ready", "channel", "success"], channel?.success, report);
  checkPattern(["ready", "channel", "failure"], channel?.failure, report);
  checkPattern(["ready", "http", "body"], http?.body, report);
  checkPattern(["ready", "lastWrite", "console"], lastWrite?.console, report);
  const { channels = [], forwards = [] } = qemu;
  if (channel !== undefined && !channels.includes(channel.name))
    report(["ready", "channel", "name"], `there is no channel '${channel.name}'; add it to qemu.channels`);
  for (const [key, asked] of Object.entries({ tcp, http })) {
    if (asked === undefined) continue;
    const path = ["ready", key, "port"];
    if (nics.length === 0) report(path, "the machine has no network card; add one to nics");
    else if (!forwards.some(({ guestPort }) => guestPort === asked.port))
      report(path, `no port leads to port ${asked.port} of the guest; add it to qemu.forwards`);
  }
}
