/** A step of the set-up that failed in a way the user can do something about. Shown without a stack trace. */
export class SetupError extends Error {
  /**
   * @param {string} message what failed, where, and what to do next
   * @param {number} exitCode what the process ends with
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.name = "SetupError";
    this.exitCode = exitCode;
  }
}

/**
 * Runs a whole command of the set-up and ends the process with its exit code.
 * @param {() => Promise<number>} main
 */
export async function runToExit(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}
