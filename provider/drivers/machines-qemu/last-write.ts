/** When a guest last wrote something that counts, by what it says itself. */
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { ReadyLastWrite } from "../../model/machine-definition.ts";
import { checkInside, wordOf } from "./ask-guest.ts";
import type { ProbeWait } from "./probe-wait.ts";

const isoTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)? ?(?:Z|[+-]\d{2}:?\d{2})$/i;
const epochSeconds = /^\d{1,11}(?:\.\d+)?$/;

/** ISO 8601 with a zone, or seconds since 1970, in milliseconds since 1970; `undefined` for anything else. */
export function timeSaid(text: string): number | undefined {
  const word = text.trim();
  if (epochSeconds.test(word)) return Math.round(Number(word) * 1000);
  if (!isoTime.test(word)) return undefined;
  const zoned = word
    .replace(/ (?=\d{2}:)/, "T")
    .replace(" ", "")
    .replace(",", ".");
  const time = Date.parse(zoned.replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  return Number.isNaN(time) ? undefined : time;
}

export interface LastWrite {
  readonly at: number;
  readonly said: string;
}

/** Throws `JobFailed` if the guest says nothing, or something that is no time. */
export async function askLastWrite(wait: ProbeWait, asked: ReadyLastWrite): Promise<LastWrite> {
  const { console, check = [] } = asked;
  const answer = console === undefined ? await checkInside(wait, check) : await wordOf(wait, console);
  const found = console === undefined ? undefined : new RegExp(console).exec(answer);
  const word = (found?.[1] ?? found?.[0] ?? answer).trim();
  const at = timeSaid(word);
  if (at !== undefined) return { at, said: word };
  const message = said`Machine ${wait.machine} says that it last wrote at "${word.slice(0, 100)}", which is no time. Let it
    print ISO 8601 with a zone, such as 2026-01-31T12:00:00Z, or seconds since 1970.`;
  throw new SiteRecoveryError("JobFailed", message, { target: wait.machine });
}
