/**
 * Machines that run from a recovery point before its data are copied. A server of the engine's own offers the disks; what
 * the machine writes goes into its images, and what the images lack is copied into them meanwhile. Then the machine uses
 * its images alone. Both processes outlive the one that has started them.
 */
import type { MachineDefinition } from "../model/machine-definition.ts";
import type { ServeRequest } from "../model/served-disks.ts";

/** How far the disks of a machine have been moved out of its recovery point. */
export interface MoveState {
  readonly pointId: string;
  readonly isKept: boolean;
  /** 0 to 100. */
  readonly percent: number;
  /** Whether the server lives. The machine's requests wait for it otherwise. */
  readonly isServed: boolean;
}

export interface FinishOptions {
  readonly signal?: AbortSignal | undefined;
  readonly report?: (bytesDone: number, bytesTotal: number) => void;
}

export interface InstantStart {
  /** Whether a machine of this definition can run from disks that are served to it. */
  canServe(definition: MachineDefinition): boolean;
  /**
   * Begins to serve the disks of a machine that is made in a folder, which is there and holds no images. When it resolves
   * they are there, as large as the disks, and lack all data. Throws `JobFailed` with the server's words.
   */
  prepare(machineFolder: string, request: ServeRequest): Promise<void>;
  /** `undefined` for a machine whose images are whole. */
  stateOf(machineFolder: string): MoveState | undefined;
  /** Starts the server of a machine again if it has ended before its time. All is well already is fine. */
  resume(machineFolder: string): Promise<void>;
  /**
   * Waits until the images of a machine are whole, and its own; whole already is fine. Throws `JobFailed` with the server's
   * words, and at once for a drill's machine, whose images never are.
   */
  finish(machineFolder: string, options: FinishOptions): Promise<void>;
}
