/**
 * What a machine's recovery points take up: the full copy, and the changes that lie between the points that retention
 * keeps. Changes before the oldest of them have become part of the copy. It is the most that it can be: as if no
 * block changed twice.
 */
import type { RetentionRule } from "../recovery-point/choose-points-to-keep.ts";
import { pointsToStay } from "../recovery-point/retain-points.ts";

interface StoredPoint {
  readonly id: string;
  readonly sequence: number;
  readonly takenAt: number;
  readonly kind: "CrashConsistent";
  readonly bytes: number;
  /** A full copy at that time. */
  readonly fullBytes: number;
}

export class StoredPoints {
  readonly #rule: RetentionRule;
  #points: StoredPoint[] = [];
  #copyBytes = 0;
  #count = 0;
  #deltaBytes = 0;
  maxBytes = 0;

  constructor(rule: RetentionRule) {
    this.#rule = rule;
  }

  get count(): number {
    return this.#points.length;
  }

  /** A point with what was sent for it, and what a full copy takes up by then. */
  add(takenAt: number, bytes: number, fullBytes: number): void {
    const isFirst = this.#count === 0;
    if (isFirst) this.#copyBytes = bytes;
    else this.#deltaBytes += bytes;
    this.#count += 1;
    this.#points.push({
      id: String(this.#count),
      sequence: this.#count,
      takenAt,
      kind: "CrashConsistent",
      bytes: isFirst ? 0 : bytes,
      fullBytes,
    });
    this.maxBytes = Math.max(this.maxBytes, this.#copyBytes + this.#deltaBytes);
    this.#retain();
  }

  #retain(): void {
    const kept = pointsToStay(this.#points, this.#rule);
    if (kept.size === this.#points.length) return;
    const left: StoredPoint[] = [];
    let carried = 0;
    for (const point of this.#points) {
      if (!kept.has(point.id)) carried += point.bytes;
      else {
        // What led up to the oldest point that stays is in the copy by now.
        left.push({ ...point, bytes: left.length === 0 ? 0 : point.bytes + carried });
        carried = 0;
      }
    }
    this.#points = left;
    this.#copyBytes = left[0]?.fullBytes ?? this.#copyBytes;
    this.#deltaBytes = left.reduce((sum, point) => sum + point.bytes, 0);
  }

  /** Bytes taken up now. */
  get bytes(): number {
    return this.#copyBytes + this.#deltaBytes;
  }
}
