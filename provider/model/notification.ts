/** What people are told without asking: a message with a reason, sent through the channels that ask for it. */

/** Why it is sent. */
export const notificationReasons = [
  "AlertRaised",
  "AlertCleared",
  "MoveEnded",
  "DrillEnded",
  "DailySummary",
  "Test",
] as const;

export type NotificationReason = (typeof notificationReasons)[number];

export interface Notification {
  /** A UUID. The same notification may arrive twice, with the same id. */
  readonly id: string;
  readonly reason: NotificationReason;
  readonly severity: "OK" | "Warning" | "Critical";
  /** Of the alert that is over, for `AlertCleared`. */
  readonly alertSeverity?: "Warning" | "Critical";
  /** Milliseconds since 1970. */
  readonly at: number;
  /** ARM id of what it is about. */
  readonly targetId?: string;
  /** The alert's or event's word, such as `ReplicationFailed`. */
  readonly code?: string;
  /** One line. */
  readonly subject: string;
  readonly text: string;
}
