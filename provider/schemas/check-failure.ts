import type { Message } from "../message.ts";

/** A property that is wrong: its path, such as `properties.groups[1].groupType`, and why, with the bad value. */
export class CheckFailure {
  readonly property: string;
  readonly reason: string;
  readonly #said: Message;

  constructor(property: string, said: Message) {
    this.property = property;
    this.reason = said.toString();
    this.#said = said;
  }

  /** The reason in parts. */
  get said(): Message {
    return this.#said;
  }
}
