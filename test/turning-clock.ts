import { VirtualClock } from "../provider/clock.ts";

/** A virtual clock on which others get their turn: real files are read and written while somebody sleeps. */
export class TurningClock extends VirtualClock {
  #wrongMilliseconds = 0;

  override now(): number {
    return super.now() + this.#wrongMilliseconds;
  }

  /** The wall clock is set, forward or back; the time that passes is not concerned. */
  jump(milliseconds: number): void {
    this.#wrongMilliseconds += milliseconds;
  }

  override async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    await super.sleep(milliseconds, signal);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
