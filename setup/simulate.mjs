// `npm run simulate -- --seed N [--count M]`: worlds of the simulation, from a seed on. A failure names its seed and its steps.

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

function readOptions() {
  const options = /** @type {const} */ ({
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "1" },
  });
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new SetupError(
      `${/** @type {Error} */ (error).message}. Use: npm run simulate -- --seed N [--count M]`,
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
  };
  await installDependencies();
  const { failed } = await runVitest(
    "unit",
    ["test/simulation", "--testNamePattern", "promises"],
    environment,
  );
  return failed > 0 ? 1 : 0;
});
