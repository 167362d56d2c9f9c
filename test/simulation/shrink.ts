/** A failure in the fewest turns that still show it, and how it is told. */
import { minimise } from "./minimise.ts";
import { type Outcome, simulate } from "./simulate.ts";

/** What tells one unforeseen failure from another: its words, without the ids and numbers in them. */
function kindOf({ failure }: Outcome): string | undefined {
  if (failure?.promise !== "unforeseen") return failure?.promise;
  return failure.error.message.split("\n")[0]!.replace(/[\d/].*/, "");
}

/** The same failure with as few turns as will do. */
export async function shrink(found: Outcome): Promise<Outcome> {
  const { seed } = found;
  const kind = kindOf(found);
  let smallest = found;
  await minimise(found.turns, async (turns) => {
    const outcome = await simulate({ seed, turns });
    if (outcome.failure === undefined || kindOf(outcome) !== kind) return false;
    smallest = outcome;
    return true;
  });
  return smallest;
}

/** A line for each thing done, what was found, and the command that does it again. */
export function tell({ seed, turns, trace, failure }: Outcome): string {
  const lines = trace.map(({ turn, text }) => `  ${String(turn).padStart(2)}  ${text}`);
  if (!failure) return lines.join("\n");
  const { error, promise } = failure;
  const found = promise === "unforeseen" ? (error.stack ?? error.message) : error.message;
  const replay = `npm run simulate -- --seed ${seed} --turns ${turns.join(",")}`;
  return [...lines, `seed ${seed} fails: ${found}`, `Replay it: ${replay}`].join("\n");
}
