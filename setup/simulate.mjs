// `npm run simulate -- --seed N [--count M] [--turns 1,4,9]`: worlds of the simulation, from a seed on. One world prints each
// thing it does in a line. A failure is shown in the fewest turns that still cause it, with the command that repeats them.

import { parseArgs } from "node:util";
import { installDependencies } from "./install-dependencies.mjs";
import { runVitest } from "./run-vitest.mjs";
import { runToExit, SetupError } from "./setup-error.mjs";

/**
 * @param {string} name
 * @param {string} text
 * @returns {string} the text, when it is a whole number above 0
 */
function wholeNumber(name, text) {
  if (/^[1-9]\d{0,8}$/.test(text)) return text;
  throw new SetupError(`--${name} wants a whole number above 0, not "${text}".`, 2);
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {string} the text, when it is whole numbers above 0 with commas between
 */
function wholeNumbers(name, text) {
  return text
    .split(",")
    .map((part) => wholeNumber(name, part.trim()))
    .join(",");
}

function readOptions() {
  const options = /** @type {const} */ ({
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "1" },
    turns: { type: "string" },
  });
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new SetupError(
      `${/** @type {Error} */ (error).message}. Use: npm run simulate -- --seed N [--count M] [--turns 1,4,9]`,
      2,
    );
  }
}

await runToExit(async () => {
  const values = readOptions();
  const environment = {
    ...process.env,
    SITERECOVERY_SEED: wholeNumber("seed", values.seed),
    SITERECOVERY_SEEDS: wholeNumber("count", values.count),
    ...(values.turns === undefined ? {} : { SITERECOVERY_TURNS: wholeNumbers("turns", values.turns) }),
  };
  await installDependencies();
  const { failed } = await runVitest(
    "unit",
    ["test/simulation/simulation.test.ts", "--testNamePattern", "promises"],
    environment,
  );
  return failed > 0 ? 1 : 0;
});
