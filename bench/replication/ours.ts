/** Our side of the bench: one job, one fresh process. */
import { fileURLToPath } from "node:url";
import { type Run, timedRun } from "./timed-run.ts";

export type JobName = "change" | "initial" | "delta" | "resync" | "restore" | "attach";

export interface JobSettings {
  readonly imagePath: string;
  readonly storeFolder: string;
  readonly keyFile: string;
  readonly toPath: string;
  /** For `change`: which and how many blocks; `attach` reads the first of them. */
  readonly seed: number;
  readonly blocks: number;
}

export function ourJob(workFolder: string, name: JobName, settings: JobSettings): Run {
  const entry = fileURLToPath(new URL("./our-job.ts", import.meta.url));
  return timedRun(process.execPath, [entry, name, JSON.stringify(settings)], { workFolder });
}
