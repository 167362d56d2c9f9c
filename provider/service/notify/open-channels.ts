import type { Clock } from "../../clock.ts";
import type { ServiceSettings } from "../settings.ts";
import type { Channel } from "./channel.ts";
import { commandChannel } from "./command.ts";
import { mailChannel } from "./mail.ts";
import type { Environment } from "./read-secret.ts";
import { webhookChannel } from "./webhook.ts";

/** The channels of the settings, with their secrets. Throws `InvalidInput` for what is missing. */
export function openChannels(
  { channels, folder }: Pick<ServiceSettings, "channels" | "folder">,
  { clock, environment }: { readonly clock: Clock; readonly environment: Environment },
): Channel[] {
  const source = { environment, folder, clock };
  return channels.map(({ name, webhook, mail, command }) => {
    if (webhook !== undefined) return webhookChannel(name, webhook, source);
    if (mail !== undefined) return mailChannel(name, mail, source);
    return commandChannel(name, command!, source);
  });
}
