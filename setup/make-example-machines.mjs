import { join } from "node:path";
import { nodePath, projectFolder } from "./project.mjs";
import { collectOutput } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

/**
 * Makes the machines of an example, unless they are there, and names new ones.
 * @param {string} example
 * @param {string} [folder] where, if not in the example's own folder
 */
export async function makeExampleMachines(example, folder) {
  const script = join(projectFolder, "examples", "make-machines.ts");
  const { exitCode, output } = await collectOutput(
    nodePath(),
    [script, example, ...(folder === undefined ? [] : [folder])],
    { folder: projectFolder },
  );
  if (exitCode !== 0) {
    throw new SetupError(`${output.trim()}\n\nThe example's machines could not be made.`, exitCode);
  }
  for (const line of output.split("\n").filter(Boolean)) process.stderr.write(`• ${line}\n`);
}
