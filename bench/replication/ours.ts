/** Our side of the bench: one job, one fresh process. */
import { fileURLToPath } from "node:url";
import type { ObjectsAddress } from "../../provider/store-address.ts";
import { type Run, timedRun } from "./timed-run.ts";

export type JobName = "change" | "initial" | "delta" | "resync" | "restore" | "attach" | "reads";

export interface JobSettings {
  readonly imagePath: string;
  /** The store's folder; with an `address`, where files are prepared that are about to become objects. */
  readonly storeFolder: string;
  readonly address?: ObjectsAddress;
  readonly keyFile: string;
  readonly toPath: string;
  /** For `change`: which and how many blocks; `attach` reads the first of them. */
  readonly seed: number;
  readonly blocks: number;
}

/** The program and arguments of a job. */
export function ourCommand(name: JobName, settings: JobSettings): [string, ...string[]] {
  return [
    process.execPath,
    fileURLToPath(new URL("./our-job.ts", import.meta.url)),
    name,
    JSON.stringify(settings),
  ];
}

export function ourJob(workFolder: string, name: JobName, settings: JobSettings): Run {
  const [program, ...args] = ourCommand(name, settings);
  return timedRun(program, args, { workFolder });
}
