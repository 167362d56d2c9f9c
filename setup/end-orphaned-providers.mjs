import { realpathSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { projectFolder } from "./project.mjs";
import { collectOutput } from "./run-command.mjs";

/** A living CLI on this machine accepts a connection at once. */
const ANSWER_MILLISECONDS = 1000;

/**
 * Ends dynamic providers that a killed CLI has left behind. Such a provider keeps working, unseen and for ever, while the next
 * `pulumi up` starts another one on the same data. They are known by the address of their CLI, which does not answer any more.
 * @param {string} folder the project whose providers are meant
 * @returns {Promise<string[]>} one sentence for each process ended
 */
export async function endOrphanedProviders(folder = projectFolder) {
  const ended = [];
  const { output } = await collectOutput("ps", ["-eo", "pid=,args="]);
  // Node shows a script by its real path, and a second working copy may share the packages of the first by a link.
  for (const { pid, port } of findProviders(output, realpathSync(join(folder, "node_modules")))) {
    if (await answers(port)) continue;
    try {
      process.kill(pid, "SIGTERM");
      ended.push(`Ended a provider whose pulumi process is gone (process ${pid}).`);
    } catch {
      // It has ended by itself in the meantime.
    }
  }
  return ended;
}

/**
 * @param {string} processList lines of process id and command line
 * @param {string} packageFolder the project's `node_modules`
 * @returns {{pid: number, port: number}[]} this project's dynamic providers, and the port of the CLI that each belongs to
 */
export function findProviders(processList, packageFolder) {
  const script = `${packageFolder}/@pulumi/pulumi/cmd/dynamic-provider`;
  const found = [];
  for (const line of processList.split("\n")) {
    const [, pid, args = ""] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    const port = /\s127\.0\.0\.1:(\d+)\s*$/.exec(args)?.[1];
    if (port !== undefined && args.includes(script)) found.push({ pid: Number(pid), port: Number(port) });
  }
  return found;
}

/**
 * @param {number} port
 * @returns {Promise<boolean>} whether anybody accepts connections there
 */
function answers(port) {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    /** @param {boolean} answered */
    const end = (answered) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.setTimeout(ANSWER_MILLISECONDS, () => end(true));
  });
}
