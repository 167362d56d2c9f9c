/** The port to whoever is told: one driver each for webhooks, mails and commands. */
import type { Notification } from "../../model/notification.ts";

export interface Channel {
  readonly name: string;
  /**
   * Resolves when the other side has taken the notification. Rejects with a `ChannelError`, whose message has no secret and
   * nothing of an address but its host.
   */
  send(notification: Notification, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** It was not taken. It is tried again later. */
export class ChannelError extends Error {
  /** How long the other side wants to be left alone, in milliseconds. */
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter?: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}
