import { spawn } from "node:child_process";

/**
 * @typedef {object} CommandResult
 * @property {number} exitCode 130 for a command ended by Ctrl-C, 127 for one that could not be started
 * @property {string} output standard output and standard error in the order they came, when they were collected
 */

/**
 * @typedef {object} CommandOptions
 * @property {string} [folder] the working folder
 * @property {NodeJS.ProcessEnv} [environment]
 * @property {number} [timeoutSeconds] after it the command is ended and counts as failed
 * @property {(text: string) => void} [onOutput] gets what the command prints, which then does not reach the terminal
 * @property {boolean} [stopsInOrder] the command takes a second Ctrl-C for an order to stop at once, so it may get only one
 */

/**
 * Runs a command without input and collects what it prints.
 * @param {string} command
 * @param {string[]} parameters
 * @param {CommandOptions} options
 * @returns {Promise<CommandResult>}
 */
export function collectOutput(command, parameters, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, parameters, {
      cwd: options.folder,
      env: options.environment ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.timeoutSeconds === undefined ? undefined : options.timeoutSeconds * 1000,
    });
    let output = "";
    /** @param {Buffer} chunk */
    const collect = (chunk) => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.once("error", (error) => resolve({ exitCode: 127, output: `${output}${error.message}\n` }));
    child.once("close", (code, signal) => resolve({ exitCode: code ?? exitCodeOf(signal), output }));
  });
}

/**
 * Runs a command on the user's own terminal. One Ctrl-C reaches the command exactly once, so that it can stop in order: on a
 * terminal from the terminal itself, which signals the whole group of processes; otherwise it is passed on from here.
 * @param {string} command
 * @param {string[]} parameters
 * @param {CommandOptions} options
 * @returns {Promise<number>} the exit code
 */
export function runOnTerminal(command, parameters, options = {}) {
  const onTerminal = process.stdin.isTTY === true;
  const child = spawn(command, parameters, {
    cwd: options.folder,
    env: options.environment ?? process.env,
    stdio: options.onOutput === undefined ? "inherit" : ["inherit", "pipe", "pipe"],
    // Its own group without a terminal: then a signal to our group cannot reach it a second time.
    detached: options.stopsInOrder === true && !onTerminal,
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (/** @type {Buffer} */ chunk) => options.onOutput?.(chunk.toString("utf8")));
  }
  let passedOn = false;
  /** @param {NodeJS.Signals} signal */
  const stop = (signal) => {
    if ((onTerminal && signal === "SIGINT") || passedOn) return;
    passedOn = true;
    child.kill("SIGINT");
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? exitCodeOf(signal)));
  }).finally(() => {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  });
}

/** @param {NodeJS.Signals | null} signal */
function exitCodeOf(signal) {
  return signal === "SIGINT" ? 130 : 1;
}
