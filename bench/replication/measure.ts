/** Runs a command as a process of its own, and tells how long it took and how much memory it had at most. */
import { spawn } from "node:child_process";
import fs from "node:fs";

export interface Measured {
  readonly seconds: number;
  readonly peakMebibytes: number;
  readonly output: string;
}

const sampleMilliseconds = 25;

/** Throws with the end of what the command printed when it fails. */
export async function measure(
  command: readonly string[],
  options: { environment?: Record<string, string>; folder?: string } = {},
): Promise<Measured> {
  const started = performance.now();
  const child = spawn(command[0]!, command.slice(1), {
    env: { ...process.env, ...options.environment },
    ...(options.folder ? { cwd: options.folder } : {}),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)));
  let peakMebibytes = 0;
  // The system keeps the highest value itself: the last look before the end tells it.
  const sampler = setInterval(
    () => (peakMebibytes = Math.max(peakMebibytes, peakOf(child.pid))),
    sampleMilliseconds,
  );
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const seconds = (performance.now() - started) / 1000;
  clearInterval(sampler);
  if (code !== 0)
    throw new Error(`${command.join(" ")} ended with ${code}: ${errors || output.slice(-2000)}`);
  return { seconds, peakMebibytes, output };
}

function peakOf(pid: number | undefined): number {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, "utf8");
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/** Bytes that a folder takes on the disk. */
export async function storedBytes(folder: string): Promise<number> {
  const { output } = await measure(["du", "-s", "--block-size=1", folder]);
  return Number(output.split("\t")[0]);
}
