/** An event of `serve`, a line each. */
export type ServeJson =
  | {
      readonly event: "listening";
      /** Where the page is, and below it `/healthz`, `/readyz` and `/metrics`. */
      readonly url: string;
      /** Names of the channels that are told of alerts. */
      readonly channels: readonly string[];
    }
  | {
      readonly event: "ended";
      /** Names of machines whose cycle was cut short; the next one resumes it. */
      readonly cutShort: readonly string[];
    };

export interface NotificationJson {
  /** The same in all channels, and what receivers know repetitions by. */
  readonly id: string;
  readonly channel: string;
  readonly reason: string;
  readonly severity: string;
  readonly time: string;
  readonly subject: string;
  readonly text: string;
  /** `queued`, `delivered` or `given up`. */
  readonly state: string;
  readonly attempts: number;
  /** When it is tried next; null if it has ended. */
  readonly nextTryTime: string | null;
  /** Why the last try failed; null if none did. */
  readonly error: string | null;
}

export interface NotificationTestJson {
  readonly channel: string;
  readonly delivered: boolean;
  /** Null if it was delivered. */
  readonly error: string | null;
}

export interface ServiceInstallJson {
  /** The unit of systemd, as text. */
  readonly systemd: string;
  /** The Containerfile, as text. */
  readonly container: string;
}
