import { join } from "node:path";
import { nodePath, projectFolder } from "./project.mjs";
import { collectOutput } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

/** Makes the machines of the example that the project's own program protects, unless they are there, and names new ones. */
export async function makeExampleMachines() {
  const script = join(projectFolder, "examples", "hyperv-to-azure", "make-machines.ts");
  const { exitCode, output } = await collectOutput(nodePath(), [script], { folder: projectFolder });
  if (exitCode !== 0) {
    throw new SetupError(`${output.trim()}\n\nThe example's machines could not be made.`, exitCode);
  }
  for (const line of output.split("\n").filter(Boolean)) process.stderr.write(`• ${line}\n`);
}
