/** Runs the `siterecovery` program as a user does: its own process, arguments, exit code and both outputs. */
import { type ChildProcess, spawn } from "node:child_process";
import { testedCommand } from "../tested-command.ts";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts it in a home; `ended` resolves when it has ended. */
export function startProgram(
  home: string,
  ...arguments_: string[]
): { child: ChildProcess; ended: Promise<Ended> } {
  const environment = { ...process.env, SITERECOVERY_HOME: home, NO_COLOR: "1" };
  const child = spawn(process.execPath, [testedCommand, ...arguments_], { env: environment, stdio: "pipe" });
  const ended = new Promise<Ended>((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

export function runProgram(home: string, ...arguments_: string[]): Promise<Ended> {
  return startProgram(home, ...arguments_).ended;
}
