import { VirtualClock } from "../provider/clock.ts";

/** A virtual clock on which others get their turn: real files are read and written while somebody sleeps. */
export class TurningClock extends VirtualClock {
  override async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    await super.sleep(milliseconds, signal);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
