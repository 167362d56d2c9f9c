/** A process server's line in a forecast: its limit at each moment, and how full it was. */
import { nextChange } from "../../weekly-hours.ts";
import { limitAt } from "../process-server/bandwidth-limit.ts";
import type { ForecastServer } from "./forecast-input.ts";

/** A kilobit a second is an eighth of a byte a millisecond. */
const bytesOfKilobit = 1 / 8;

export class ServerLine {
  readonly input: ForecastServer;
  /** Bytes a millisecond. */
  limit = Infinity;
  /** When the limit becomes another one. */
  changesAt = -Infinity;
  /** Bytes sent, in all and since the last call of `take`. */
  sentBytes = 0;
  #taken = 0;

  constructor(input: ForecastServer) {
    this.input = input;
  }

  /** Looks at the clock. */
  adjust(now: number): void {
    if (now < this.changesAt) return;
    const { bandwidth } = this.input;
    const kilobits = limitAt(bandwidth, now);
    this.limit = kilobits === undefined ? Infinity : kilobits * bytesOfKilobit;
    this.changesAt = (bandwidth?.workHours && nextChange(bandwidth.workHours, now)) ?? Infinity;
  }

  take(): number {
    const bytes = this.sentBytes - this.#taken;
    this.#taken = this.sentBytes;
    return bytes;
  }
}
