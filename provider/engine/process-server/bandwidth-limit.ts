/**
 * How fast a process server sends: a bucket that fills with time and that every byte is taken from. The limit may be
 * another one within hours of the week; it is asked for piece by piece, so that a change of the settings holds soon,
 * and a wait never reaches over the moment at which the limit changes.
 */
import type { Clock } from "../../clock.ts";
import type { Bandwidth } from "../../kinds/process-server.ts";
import { isWithinHours, nextChange } from "../../weekly-hours.ts";

/** What passes at once, so that several machines share the line piece by piece. */
const pieceBytes = 1_048_576;
/** An idle line saves up no more than this, so that what comes after it does not come in a burst. */
const savedMilliseconds = 100;
const bitsPerByte = 8;

interface Rate {
  /** Kilobits a second are bits a millisecond. */
  readonly bitsPerMillisecond: number;
  /** How long it holds, in milliseconds. */
  readonly holdsMilliseconds: number;
}

/** The limit at a moment, or `undefined` if there is none. */
export function limitAt(bandwidth: Bandwidth | undefined, at: number): number | undefined {
  if (!bandwidth) return undefined;
  const { workHours, workHoursLimitKilobitsPerSecond } = bandwidth;
  const isWork = workHours !== undefined && isWithinHours(workHours, at);
  return isWork && workHoursLimitKilobitsPerSecond !== undefined
    ? workHoursLimitKilobitsPerSecond
    : bandwidth.limitKilobitsPerSecond;
}

export class BandwidthLimit {
  readonly #clock: Clock;
  readonly #settings: () => Bandwidth | undefined;
  #bits = 0;
  #countedAt: number;
  #turn: Promise<unknown> = Promise.resolve();

  /** `settings` are asked each time. */
  constructor(clock: Clock, settings: () => Bandwidth | undefined) {
    this.#clock = clock;
    this.#settings = settings;
    this.#countedAt = clock.monotonic();
  }

  /** Resolves when that many bytes may have gone over the line. */
  async pass(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#settings() === undefined) return;
    for (let rest = bytes; rest > 0; rest -= pieceBytes) {
      const before = this.#turn;
      const turn = before.then(() => this.#take(Math.min(rest, pieceBytes) * bitsPerByte, signal));
      this.#turn = turn.catch(() => undefined);
      await turn;
    }
  }

  #rate(): Rate | undefined {
    const settings = this.#settings();
    const now = this.#clock.now();
    const limit = limitAt(settings, now);
    if (limit === undefined) return undefined;
    const change = settings?.workHours && nextChange(settings.workHours, now);
    return { bitsPerMillisecond: limit, holdsMilliseconds: change === undefined ? Infinity : change - now };
  }

  /** Counts the time that has passed, at a rate. */
  #fill(bitsPerMillisecond: number): void {
    const now = this.#clock.monotonic();
    this.#bits += (now - this.#countedAt) * bitsPerMillisecond;
    this.#countedAt = now;
  }

  async #take(bits: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    for (let isFirst = true; ; isFirst = false) {
      const rate = this.#rate();
      if (rate === undefined) return;
      if (isFirst) {
        this.#fill(rate.bitsPerMillisecond);
        this.#bits = Math.min(this.#bits, savedMilliseconds * rate.bitsPerMillisecond);
      }
      const missing = bits - this.#bits;
      if (missing <= 0) break;
      const wait = Math.min(missing / rate.bitsPerMillisecond, rate.holdsMilliseconds);
      // A timer knows whole milliseconds; what it gives too much counts for the next piece.
      await this.#clock.sleep(Math.ceil(wait), signal);
      this.#fill(rate.bitsPerMillisecond);
    }
    this.#bits -= bits;
  }
}
