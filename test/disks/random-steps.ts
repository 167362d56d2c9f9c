/**
 * The steps of a process that uses a disk, drawn from a seed, so that whoever knows the seed can do them in
 * memory.
 */
import { SeededRandom } from "../../provider/random.ts";

export type RandomStep =
  | { readonly kind: "write"; readonly offset: number; readonly data: Buffer }
  | { readonly kind: "flush" | "snapshot" | "complete" | "abandon" | "reopen" };

export function* randomSteps(seed: number, sizeBytes: number): Generator<RandomStep, never> {
  const random = new SeededRandom(seed);
  for (;;) {
    const chance = random.integer(100);
    if (chance < 3) yield { kind: "flush" };
    else if (chance < 6) yield { kind: "snapshot" };
    else if (chance < 8) yield { kind: "complete" };
    else if (chance < 9) yield { kind: "abandon" };
    else if (chance < 10) yield { kind: "reopen" };
    else {
      const length = 1 + random.integer(random.integer(10) === 0 ? 200_000 : 9000);
      const offset = random.integer(sizeBytes - length);
      yield { kind: "write", offset, data: Buffer.alloc(length, 1 + random.integer(255)) };
    }
  }
}
