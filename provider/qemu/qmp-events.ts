/** The events of one QEMU: kept until a caller waits for them, so that none is missed. */

/** Something that QEMU reports by itself. */
export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** QEMU's wall clock. */
  readonly timestamp: { readonly seconds: number; readonly microseconds: number };
}

type Fits = (event: QmpEvent) => boolean;

interface Waiter {
  readonly fits: Fits;
  resolve(event: QmpEvent): void;
  reject(error: Error): void;
}

/** An event for which there is a place; the oldest one gives way. */
const keptMax = 4096;

export class QmpEvents {
  #kept: QmpEvent[] = [];
  #waiters: Waiter[] = [];
  #ended: Error | undefined;

  take(event: QmpEvent): void {
    const waiting = this.#waiters.filter(({ fits }) => fits(event));
    this.#waiters = this.#waiters.filter((waiter) => !waiting.includes(waiter));
    for (const { resolve } of waiting) resolve(event);
    if (waiting.length > 0) return;
    this.#kept.push(event);
    if (this.#kept.length > keptMax) this.#kept.shift();
  }

  /** No event comes any more: rejects whoever waits, or will wait, for one that has not come. */
  end(why: Error): void {
    this.#ended ??= why;
    for (const { reject } of this.#waiters) reject(this.#ended);
    this.#waiters = [];
  }

  /** The oldest event that fits and that was not given out, or the next one; `forget` ends the wait. */
  next(fits: Fits): { readonly event: Promise<QmpEvent>; forget(): void } {
    const kept = this.#kept.findIndex(fits);
    const forget = (): void => undefined;
    if (kept >= 0) return { event: Promise.resolve(this.#kept.splice(kept, 1)[0]!), forget };
    if (this.#ended !== undefined) return { event: Promise.reject(this.#ended), forget };
    const { promise, resolve, reject } = Promise.withResolvers<QmpEvent>();
    const waiter: Waiter = { fits, resolve, reject };
    this.#waiters.push(waiter);
    return {
      event: promise,
      forget: () => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
      },
    };
  }
}
