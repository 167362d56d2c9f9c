/** Reads service.yaml, by schema/service.schema.json. */
import path from "node:path";
import { plainHost } from "../plain-host.ts";
import { errorOfUrl } from "./notify/webhook-url.ts";
import { isTimeZone, type Weekday, weekdays, type WeeklyHours } from "../weekly-hours.ts";
import type { NotificationReason } from "../model/notification.ts";
import { SiteRecoveryError } from "../errors.ts";
import { readValidYaml } from "../yaml/read-valid-yaml.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import { readText } from "../yaml/read-text.ts";

/** Where a secret is. One of both. */
export interface SecretPlace {
  readonly environmentVariable?: string;
  readonly file?: string;
}

export interface WebhookSettings {
  readonly url?: string;
  readonly urlFrom?: SecretPlace;
  readonly secret?: SecretPlace;
  readonly certificateAuthorityFile?: string;
}

export interface MailSettings {
  readonly server: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly user?: string;
  readonly password?: SecretPlace;
  readonly certificateAuthorityFile?: string;
}

/** One of webhook, mail and command. */
export interface ChannelSettings {
  readonly name: string;
  readonly reasons?: readonly NotificationReason[];
  readonly onlyCritical?: boolean;
  readonly webhook?: WebhookSettings;
  readonly mail?: MailSettings;
  readonly command?: readonly string[];
}

export interface DailySummary {
  /** `HH:MM` on the wall clock of the zone. */
  readonly at: string;
  readonly timeZone: string;
}

export interface ServiceSettings {
  readonly host: string;
  readonly port: number;
  readonly lookSeconds: number;
  readonly stopWithinSeconds: number;
  /** Within how many days all replicas are read and checked; 0: a person does it. */
  readonly verifyWithinDays: number;
  readonly quietHours: WeeklyHours | undefined;
  readonly dailySummary: DailySummary | undefined;
  readonly channels: readonly ChannelSettings[];
  /** Commands run here, and paths of files begin here: the folder of service.yaml. */
  readonly folder: string;
}

interface ServiceFile {
  readonly listen?: string;
  readonly lookSeconds?: number;
  readonly stopWithinSeconds?: number;
  readonly verifyWithinDays?: number;
  readonly quietHours?: Omit<WeeklyHours, "days"> & { readonly days?: readonly Weekday[] };
  readonly dailySummary?: DailySummary;
  readonly channels?: readonly ChannelSettings[];
}

const listenDefault = "127.0.0.1:7080";

type Problem = readonly [path: YamlPath, message: string];

function zoneProblem(place: YamlPath, timeZone: string | undefined): Problem[] {
  if (timeZone === undefined || isTimeZone(timeZone)) return [];
  return [[place, `there is no time zone '${timeZone}'; write it like Europe/London`]];
}

function secretProblems(place: YamlPath, secret: SecretPlace | undefined): Problem[] {
  if (secret === undefined || Object.keys(secret).length === 1) return [];
  return [[place, "say either environmentVariable or file"]];
}

function channelProblems(
  channel: ChannelSettings,
  index: number,
  before: readonly ChannelSettings[],
): Problem[] {
  const at = (...rest: (string | number)[]): YamlPath => ["channels", index, ...rest];
  const { name, webhook, mail, command } = channel;
  const problems: Problem[] = [];
  if (before.some((other) => other.name === name))
    problems.push([at("name"), `there is a channel '${name}' already; take another name`]);
  if ([webhook, mail, command].filter((way) => way !== undefined).length !== 1)
    problems.push([at(), `channel '${name}' needs one of webhook, mail and command`]);
  if (webhook !== undefined) {
    if ((webhook.url === undefined) === (webhook.urlFrom === undefined))
      problems.push([at("webhook"), "say either url or urlFrom"]);
    const error = webhook.url === undefined ? undefined : errorOfUrl(webhook.url);
    if (error !== undefined) problems.push([at("webhook", "url"), error]);
    problems.push(...secretProblems(at("webhook", "urlFrom"), webhook.urlFrom));
    problems.push(...secretProblems(at("webhook", "secret"), webhook.secret));
  }
  if (mail !== undefined) {
    if ((mail.user === undefined) !== (mail.password === undefined))
      problems.push([at("mail"), "user and password are wanted together"]);
    problems.push(...secretProblems(at("mail", "password"), mail.password));
  }
  return problems;
}

function problemsOf({
  listen = listenDefault,
  quietHours,
  dailySummary,
  channels = [],
}: ServiceFile): Problem[] {
  return [
    ...(Number(portOf(listen)) <= 65_535 ? [] : ([[["listen"], "a port is at most 65535"]] as Problem[])),
    ...zoneProblem(["quietHours", "timeZone"], quietHours?.timeZone),
    ...zoneProblem(["dailySummary", "timeZone"], dailySummary?.timeZone),
    ...channels.flatMap((channel, index) => channelProblems(channel, index, channels.slice(0, index))),
  ];
}

function portOf(listen: string): string {
  return listen.slice(listen.lastIndexOf(":") + 1);
}

/** What holds without a file, and for all that a file does not say. */
function withDefaults(file: ServiceFile, folder: string): ServiceSettings {
  const { listen = listenDefault, quietHours } = file;
  return {
    host: plainHost(listen.slice(0, listen.lastIndexOf(":"))),
    port: Number(portOf(listen)),
    lookSeconds: file.lookSeconds ?? 60,
    stopWithinSeconds: file.stopWithinSeconds ?? 5,
    verifyWithinDays: file.verifyWithinDays ?? 30,
    quietHours: quietHours && { ...quietHours, days: quietHours.days ?? weekdays },
    dailySummary: file.dailySummary,
    channels: file.channels ?? [],
    folder,
  };
}

/** The settings of a service without a file. */
export function defaultSettings(): ServiceSettings {
  return withDefaults({}, process.cwd());
}

/** Throws `InvalidInput` with file, line and column of what is wrong. */
export function readServiceFile(file: string): ServiceSettings {
  const yaml = readValidYaml<ServiceFile | null>(file, "service", readText(file));
  const value = yaml.value ?? {};
  const lines = problemsOf(value).map(([place, message]) => {
    const { line, column } = yaml.positionOf(place);
    return `${file}:${line}:${column}: ${message}`;
  });
  if (lines.length > 0) throw new SiteRecoveryError("InvalidInput", lines.join("\n"), { target: file });
  return withDefaults(value, path.dirname(path.resolve(file)));
}
