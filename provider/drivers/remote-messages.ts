/** What the drivers of remote places say in the same words. */
import { isOfCertificate } from "../certificate-code.ts";
import { type Message, said } from "../message.ts";

/** From here on servers refuse signatures, which have the time in them, is 15 minutes; less already is wrong. */
const skewMilliseconds = 300_000;

/** There was no answer; `code` is that of the connection, or empty. */
export function away(place: string, code: string): Message {
  if (isOfCertificate(code)) {
    return said`The certificate of ${place} cannot be trusted (${code}). Name the file of its certificate authority.`;
  }
  return said`${place} does not answer${code === "" ? said`` : said` (${code})`}. Check the line and the endpoint; it is tried again later.`;
}

/** `undefined` unless the clocks differ by more than servers tolerate. `serverTime` is a date of HTTP. */
export function clockDiffers(
  place: string,
  answer: Message,
  serverTime: string | undefined,
  now: number,
): Message | undefined {
  const ahead = Date.parse(serverTime ?? "") - now;
  if (Math.abs(ahead) <= skewMilliseconds || Number.isNaN(ahead)) return undefined;
  const minutes = Math.round(Math.abs(ahead) / 60_000);
  const way = ahead > 0 ? "behind" : "ahead of";
  return said`The clock of this computer is ${minutes} minutes ${way} the clock of ${place}: ${answer}. Set the clock, and run the command again.`;
}
