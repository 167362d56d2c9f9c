/** Which channels a notification goes through, and when: quiet hours hold back what is not critical. */
import type { Clock } from "../../clock.ts";
import type { Routing } from "../../engine/engine.ts";
import type { Notification } from "../../model/notification.ts";
import { endOfHours } from "../../weekly-hours.ts";
import type { ChannelSettings, ServiceSettings } from "../settings.ts";

function isWanted(
  { reasons, onlyCritical }: ChannelSettings,
  { reason, severity, alertSeverity }: Notification,
): boolean {
  if (reason === "Test") return true;
  if (reasons !== undefined && !reasons.includes(reason)) return false;
  if (onlyCritical !== true) return true;
  const ofAlert = { AlertRaised: severity, AlertCleared: alertSeverity }[reason as string];
  return ofAlert === undefined || ofAlert === "Critical";
}

export function routingOf(
  { channels, quietHours }: Pick<ServiceSettings, "channels" | "quietHours">,
  clock: Clock,
): Routing {
  return (notification) => {
    const now = clock.now();
    const mayWait = notification.severity !== "Critical" && notification.reason !== "Test";
    const dueAt = mayWait && quietHours !== undefined ? (endOfHours(quietHours, now) ?? now) : now;
    return channels
      .filter((channel) => isWanted(channel, notification))
      .map(({ name }) => ({ channel: name, dueAt }));
  };
}
