import { isExpected, messageOf } from "../errors.ts";
import type { HookFailure } from "./run-hook.ts";

/** Why the work failed; `undefined` if it did not. Throws what is a bug. */
export async function hookFailureOf(work: () => Promise<unknown>): Promise<HookFailure> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!isExpected(error)) throw error;
    return messageOf(error);
  }
}
