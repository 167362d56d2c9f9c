import type { Message } from "../message.ts";

/** A sentence for people. */
export class Notice {
  readonly severity: "info" | "warning";
  readonly text: string;
  readonly #said: Message;

  constructor(severity: Notice["severity"], said: Message) {
    this.severity = severity;
    this.text = said.toString();
    this.#said = said;
  }

  /** The sentence in parts. */
  get said(): Message {
    return this.#said;
  }
}
