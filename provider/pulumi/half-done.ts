import { messageOf } from "../errors.ts";
import type { Properties } from "./resource-state.ts";

/**
 * Work on a resource stopped on its way, and something is there by now: Pulumi has to keep the resource, with the
 * state as it is, so that the next update resumes it.
 */
export class HalfDone extends Error {
  override readonly name = "HalfDone";
  readonly id: string;
  readonly state: Properties;

  constructor(cause: unknown, id: string, state: Properties) {
    super(messageOf(cause), { cause });
    this.id = id;
    this.state = state;
  }
}
