/**
 * A served disk whose requests wait while the recovery point cannot be reached. A machine takes an error of its disk for a
 * broken disk, and stops writing; one that waits goes on where it was.
 */
import type { Clock } from "../../clock.ts";
import { hasCode } from "../../errors.ts";
import type { DiskExtent, ServedDisk } from "../../nbd/served-disk.ts";

const retryMs = 2000;

/** Time heals these; a full disk is the machine's business, which pauses for it. */
const healing = ["SourceUnreachable", "TargetUnreachable", "Busy"] as const;

export class PatientDisk implements ServedDisk {
  readonly #disk: Required<ServedDisk>;
  readonly #clock: Clock;
  readonly #stop: AbortSignal;
  readonly #tell: (error: Error) => void;

  /** `stop` ends the waiting, with the error that it waited for. `tell` gets each error that is waited for. */
  constructor(
    disk: Required<ServedDisk>,
    { clock, stop, tell }: { clock: Clock; stop: AbortSignal; tell: (error: Error) => void },
  ) {
    this.#disk = disk;
    this.#clock = clock;
    this.#stop = stop;
    this.#tell = tell;
  }

  get sizeBytes(): number {
    return this.#disk.sizeBytes;
  }

  read(buffer: Uint8Array, offset: number): Promise<void> {
    return this.#patiently(() => this.#disk.read(buffer, offset));
  }

  /** A write that covers a part of a block reads the rest of it from the point. */
  write(data: Uint8Array, offset: number): Promise<void> {
    return this.#patiently(() => this.#disk.write(data, offset));
  }

  flush(): Promise<void> {
    return this.#disk.flush();
  }

  allocation(offset: number, lengthBytes: number): Promise<DiskExtent[]> {
    return this.#patiently(() => this.#disk.allocation(offset, lengthBytes));
  }

  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!hasCode(error, ...healing) || this.#stop.aborted) throw error;
        this.#tell(error);
        await this.#clock.sleep(retryMs, this.#stop).catch(() => undefined);
      }
    }
  }
}
