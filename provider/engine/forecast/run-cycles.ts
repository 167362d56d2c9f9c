/**
 * Runs the cycles of all machines on a clock of its own, from event to event: a cycle is due, a copy is across, a
 * line's limit changes, a sample is taken. Between two events everything is steady: copies share the
 * processor, and copies of one process server share its line.
 */
import { churnShares } from "./churn.ts";
import type { ForecastInput } from "./forecast-input.ts";
import { type Copy, MachineRun } from "./machine-run.ts";
import { ServerLine } from "./server-line.ts";

export interface Sample {
  /** Milliseconds since 1970, at the end of its time. */
  readonly at: number;
  readonly storedBytes: number;
  /** Bytes sent since the last sample, by process server. */
  readonly sentBytes: readonly number[];
}

export interface Run {
  readonly machines: readonly MachineRun[];
  readonly lines: readonly ServerLine[];
  readonly samples: readonly Sample[];
}

const sampleCount = 96;
const millisecondsPerHour = 3_600_000;
/** What is left of a copy, in bytes or milliseconds, by rounding. */
const nothing = 1e-6;
/** Milliseconds. Less than this can be lost in a number that counts from 1970, and time would stand still. */
const shortest = 0.001;

class Cycles implements Run {
  readonly machines: readonly MachineRun[];
  readonly lines: readonly ServerLine[];
  readonly samples: Sample[] = [];
  readonly #lineOf: ReadonlyMap<string, ServerLine>;
  readonly #input: ForecastInput;
  readonly #shareOfChurn: (from: number, to: number) => number;
  /** Machines without a copy, the one that is due first at the end. */
  readonly #waiting: MachineRun[] = [];
  #copies: Copy[] = [];
  #now: number;

  constructor(input: ForecastInput) {
    const { startsAt } = input.settings;
    this.#input = input;
    this.#now = startsAt;
    this.#shareOfChurn = churnShares(input.settings);
    this.lines = input.servers.map((server) => new ServerLine(server));
    this.#lineOf = new Map(this.lines.map((line) => [line.input.name, line]));
    this.machines = input.machines.map((machine) => new MachineRun(machine, startsAt));
    for (const machine of this.machines) this.#enqueue(machine);
  }

  run(): this {
    const { startsAt, hours } = this.#input.settings;
    const end = startsAt + hours * millisecondsPerHour;
    const step = (end - startsAt) / sampleCount;
    while (this.samples.length < sampleCount) {
      const sampleAt = startsAt + (this.samples.length + 1) * step;
      this.#startDue();
      for (const line of this.lines) line.adjust(this.#now);
      const rates = this.#rates();
      const next = Math.min(sampleAt, this.#nextEvent(rates));
      this.#advance(next, rates);
      this.#finish();
      if (next === sampleAt) this.#sample();
    }
    for (const machine of this.machines) machine.end(end);
    return this;
  }

  #enqueue(machine: MachineRun): void {
    let [low, high] = [0, this.#waiting.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#waiting[middle]!.dueAt > machine.dueAt) low = middle + 1;
      else high = middle;
    }
    this.#waiting.splice(low, 0, machine);
  }

  #startDue(): void {
    const { copiesMax, cycleSeconds } = this.#input.settings;
    while (this.#copies.length < copiesMax && (this.#waiting.at(-1)?.dueAt ?? Infinity) <= this.#now) {
      const machine = this.#waiting.pop()!;
      this.#copies.push(machine.begin(this.#now, this.#shareOfChurn, cycleSeconds * 1000));
    }
  }

  #lineFor({ machine }: Copy): ServerLine {
    return this.#lineOf.get(machine.input.server)!;
  }

  /** Bytes of data a millisecond, for each copy; 0 for one that is still at work on something else. */
  #rates(): number[] {
    const flowing = this.#copies.filter(({ workLeft }) => workLeft <= 0);
    const processor = this.#input.settings.copyBytesPerSecond / 1000 / Math.max(1, flowing.length);
    const sharing = new Map<ServerLine, number>();
    for (const copy of flowing) {
      const line = this.#lineFor(copy);
      sharing.set(line, (sharing.get(line) ?? 0) + 1);
    }
    return this.#copies.map((copy) => {
      if (copy.workLeft > 0) return 0;
      const line = this.#lineFor(copy);
      return Math.min(processor, line.limit / sharing.get(line)! / copy.ratio);
    });
  }

  #nextEvent(rates: readonly number[]): number {
    const isRoom = this.#copies.length < this.#input.settings.copiesMax;
    const dueAt = isRoom ? (this.#waiting.at(-1)?.dueAt ?? Infinity) : Infinity;
    const ends = this.#copies.map(({ workLeft, bytesLeft }, index) => {
      const left = workLeft > 0 ? workLeft : bytesLeft / rates[index]!;
      return this.#now + Math.max(shortest, left);
    });
    return Math.max(this.#now, Math.min(dueAt, ...ends, ...this.lines.map(({ changesAt }) => changesAt)));
  }

  #advance(to: number, rates: readonly number[]): void {
    const passed = to - this.#now;
    for (const [index, copy] of this.#copies.entries()) {
      if (copy.workLeft > 0) {
        copy.workLeft = copy.workLeft - passed <= nothing ? 0 : copy.workLeft - passed;
        continue;
      }
      const moved = Math.min(copy.bytesLeft, passed * rates[index]!);
      copy.bytesLeft -= moved;
      this.#lineFor(copy).sentBytes += moved * copy.ratio;
    }
    this.#now = to;
  }

  #finish(): void {
    const isDone = ({ workLeft, bytesLeft }: Copy): boolean => workLeft <= 0 && bytesLeft <= nothing;
    for (const copy of this.#copies.filter(isDone)) {
      copy.machine.complete(copy, this.#now);
      this.#enqueue(copy.machine);
    }
    this.#copies = this.#copies.filter((copy) => !isDone(copy));
  }

  #sample(): void {
    this.samples.push({
      at: this.#now,
      storedBytes: this.machines.reduce((sum, { points }) => sum + points.bytes, 0),
      sentBytes: this.lines.map((line) => line.take()),
    });
  }
}

export function runCycles(input: ForecastInput): Run {
  return new Cycles(input).run();
}
