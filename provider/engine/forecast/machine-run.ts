/** One machine in a forecast: its cycles, what its points take up, and its RPO over time. */
import { type ReplicationRules, rulesOfPolicy } from "../replication-cycle/replication-rules.ts";
import type { ForecastMachine } from "./forecast-input.ts";
import type { Rise } from "./rpo-record.ts";
import { StoredPoints } from "./stored-points.ts";

export interface Copy {
  readonly machine: MachineRun;
  readonly snapshotAt: number;
  /** What is sent for each byte. */
  readonly ratio: number;
  /** Bytes of data in all, and those that are not copied yet. */
  readonly bytes: number;
  bytesLeft: number;
  /** Milliseconds of work that no line and no processor makes shorter. */
  workLeft: number;
}

export class MachineRun {
  readonly input: ForecastMachine;
  readonly rules: ReplicationRules;
  readonly points: StoredPoints;
  /** What is sent for each byte. */
  readonly ratio: number;
  readonly rises: Rise[] = [];
  /** When the next cycle should begin, in milliseconds since 1970. */
  dueAt: number;
  cycles = 0;
  sentBytes = 0;
  /** When the initial copy began and ended, and when what changed meanwhile was across. */
  beganAt: number | undefined;
  initialCopyEndedAt: number | undefined;
  protectedAt: number | undefined;
  /** Data on its disks. Changes go to all of a disk alike, so that those beyond its data make a thin disk grow. */
  dataBytes: number;
  #newestTakenAt = 0;
  #newestCompleteAt = 0;

  constructor(input: ForecastMachine, startsAt: number) {
    this.input = input;
    this.rules = rulesOfPolicy(input.policy);
    this.dataBytes = input.dataBytes;
    this.ratio = this.rules.compresses ? input.compressedRatio : 1;
    this.points = new StoredPoints(this.rules.retention);
    const wished = this.rules.startsAt === undefined ? startsAt : Date.parse(this.rules.startsAt);
    this.dueAt = Math.max(startsAt, wished);
  }

  begin(now: number, shareOfChurn: (from: number, to: number) => number, workMilliseconds: number): Copy {
    const { sizeBytes, churnBytesPerDay } = this.input;
    this.beganAt ??= now;
    const changed = churnBytesPerDay * (this.cycles === 0 ? 0 : shareOfChurn(this.#newestTakenAt, now));
    // More than everything cannot have changed.
    const bytes = this.cycles === 0 ? this.dataBytes : Math.min(sizeBytes, changed);
    if (this.cycles > 0) this.dataBytes += bytes * (1 - this.dataBytes / Math.max(1, sizeBytes));
    return {
      machine: this,
      snapshotAt: now,
      ratio: this.ratio,
      bytes,
      bytesLeft: bytes,
      workLeft: workMilliseconds,
    };
  }

  complete(copy: Copy, now: number): void {
    const sent = copy.bytes * copy.ratio;
    this.cycles += 1;
    this.sentBytes += sent;
    this.points.add(copy.snapshotAt, sent, this.dataBytes * copy.ratio);
    if (this.protectedAt !== undefined) this.#rise(now);
    this.#newestTakenAt = copy.snapshotAt;
    this.#newestCompleteAt = now;
    // What changed during the initial copy follows at once.
    if (this.initialCopyEndedAt === undefined) this.initialCopyEndedAt = now;
    else this.protectedAt ??= now;
    const interval = this.rules.intervalSeconds * 1000;
    this.dueAt = this.protectedAt === undefined ? now : Math.max(now, copy.snapshotAt + interval);
  }

  /** The end of the time that is looked at. */
  end(now: number): void {
    if (this.protectedAt !== undefined && now > this.#newestCompleteAt) this.#rise(now);
  }

  #rise(now: number): void {
    this.rises.push({
      endsAt: now,
      fromMilliseconds: this.#newestCompleteAt - this.#newestTakenAt,
      toMilliseconds: now - this.#newestTakenAt,
    });
  }
}
