/** Runs the command line in this process, which is much quicker than in one of its own. Outputs are what the program wrote. */
import { vi } from "vitest";
import { runProgram } from "../../provider/cli/program.ts";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The words after `siterecovery`. Not for commands that end by a signal. */
export async function runHere(home: string, ...words: string[]): Promise<Ended> {
  const outputs = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      outputs[name] += String(text);
      return true;
    }),
  );
  try {
    const code = await runProgram(["--home", home, ...words]);
    return { code, ...outputs };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = undefined;
  }
}
