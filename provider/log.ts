/** The log of what the engine does: JSON lines on stderr. There is none unless a level is asked for. */

/** From the fewest lines to the most; each level includes the levels before it. */
export const logLevels = ["error", "warn", "info", "debug"] as const;

export type LogLevel = (typeof logLevels)[number];

/** What a line is about: ids, codes, counts. Units are in the names: `durationMilliseconds`. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** A function a level. `text` is the same in all lines of one sort; what differs is in the facts. */
export type Log = Readonly<Record<LogLevel, (facts: LogFacts, text: string) => void>>;

const ignore = (): void => undefined;

/** Keeps nothing. */
export const noLog: Log = { error: ignore, warn: ignore, info: ignore, debug: ignore };

/** Facts that are never written, at the top of a line or one level below it. */
const secrets = ["key", "dataKey", "passphrase", "password", "secret", "token", "input", "env"];

/** A log of a level. Each line is written before the call returns, so that a process that is killed has its last ones. */
export async function openLog(level: LogLevel): Promise<Log> {
  // Loaded here, as most processes keep no log.
  const { pino } = await import("pino");
  const paths = secrets.flatMap((name) => [name, `*.${name}`]);
  const settings = { level, base: { pid: process.pid }, redact: { paths, censor: "[secret]" } };
  const destination = pino.destination({ dest: 2, sync: true });
  const logger = pino({ ...settings, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  const at =
    (name: LogLevel) =>
    (facts: LogFacts, text: string): void =>
      logger[name](facts, text);
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}
