/**
 * What a process of the kill harness does, drawn from a seed: whoever knows the seed can do the same steps in
 * memory. Which recovery point a step means is said when it begins, by its id.
 */
import { blockSizeBytes } from "../../../../provider/disks/disk.ts";
import { SeededRandom } from "../../../../provider/random.ts";
import { noise } from "../protected-disk.ts";
import type { Phase } from "./phases.ts";

export interface WriteStep {
  readonly kind: "write";
  readonly disk: number;
  readonly offset: number;
  readonly data: Buffer;
}

export type Step =
  | WriteStep
  | { readonly kind: "flush" | "reopen"; readonly disk: number }
  /** `how` is what is wanted; the first cycle is an initial copy, and a disk marked for resync gets one. */
  | { readonly kind: "cycle"; readonly how: "delta" | "resync" | "cancelled" }
  | { readonly kind: "retain"; readonly keepBits: number }
  | { readonly kind: "compact" | "rotate" }
  | { readonly kind: "restore"; readonly which: number; readonly disk: number }
  | {
      readonly kind: "attach";
      readonly which: number;
      readonly disk: number;
      readonly writes: readonly WriteStep[];
    };

/** Of a hundred steps that aim at nothing. */
const shares: readonly (readonly [Step["kind"], number])[] = [
  ["write", 62],
  ["flush", 4],
  ["reopen", 3],
  ["cycle", 14],
  ["retain", 5],
  ["compact", 2],
  ["rotate", 2],
  ["restore", 4],
  ["attach", 4],
];

/** The step in which a phase comes up. */
const stepOf: Partial<Record<Phase, Step["kind"]>> = {
  writing: "write",
  flushing: "flush",
  reopening: "reopen",
  snapshot: "cycle",
  copying: "cycle",
  publishing: "cycle",
  completing: "cycle",
  abandoning: "cycle",
  retaining: "retain",
  compacting: "retain",
  pinning: "restore",
  restoring: "restore",
  rotating: "rotate",
  attaching: "attach",
};

/** Steps without end; with `aim`, steps that meet this phase come more often. */
export function* stepsOf(seed: number, diskSizes: readonly number[], aim?: Phase): Generator<Step, never> {
  const random = new SeededRandom(seed);
  for (;;) {
    const wanted = aim === undefined ? undefined : stepOf[aim];
    let chance = random.integer(100);
    let kind: Step["kind"] = "write";
    for (const [each, share] of shares) {
      if (chance >= 0 && chance < share) kind = each;
      chance -= share;
    }
    if (wanted !== undefined && random.integer(5) === 0) kind = wanted;
    yield drawStep(kind, random, diskSizes, aim);
  }
}

function drawStep(
  kind: Step["kind"],
  random: SeededRandom,
  diskSizes: readonly number[],
  aim: Phase | undefined,
): Step {
  const disk = random.integer(diskSizes.length);
  const which = random.integer(1000);
  switch (kind) {
    case "write":
      return drawWrite(random, disk, diskSizes[disk]!);
    case "flush":
    case "reopen":
      return { kind, disk };
    case "cycle": {
      const how = random.integer(10);
      if (aim === "abandoning") return { kind, how: how < 8 ? "cancelled" : "delta" };
      return { kind, how: how < 7 ? "delta" : how < 9 ? "resync" : "cancelled" };
    }
    case "retain":
      return { kind, keepBits: random.integer(1 << 16) };
    case "compact":
    case "rotate":
      return { kind };
    case "restore":
      return { kind, which, disk };
    case "attach": {
      const writes = Array.from({ length: 1 + random.integer(5) }, () =>
        drawWrite(random, disk, diskSizes[disk]!, 1),
      );
      return { kind, which, disk, writes };
    }
  }
}

/** One write in `perLarge` may be a large one, and half of these are of whole blocks. */
function drawWrite(random: SeededRandom, disk: number, sizeBytes: number, perLarge = 6): WriteStep {
  const isLarge = random.integer(perLarge) === 0;
  const isWhole = isLarge && random.integer(2) === 0;
  const length = isWhole
    ? blockSizeBytes * (1 + random.integer(3))
    : 1 + random.integer(isLarge ? 200_000 : 9000);
  // Most writes meet few blocks again and again; some go anywhere, some to the very end.
  const place = random.integer(10);
  const limit = sizeBytes - length;
  let offset = random.integer(limit + 1);
  if (place < 7) offset = random.integer(Math.min(limit, 900_000));
  else if (place === 7) offset = limit;
  if (isWhole) offset -= offset % blockSizeBytes;
  const seed = random.integer(1_000_000);
  const look = random.integer(8);
  const data =
    look === 0 ? Buffer.alloc(length) : look < 4 ? Buffer.alloc(length, seed) : noise(seed, length);
  return { kind: "write", disk, offset, data };
}
