import { throwIfStopped } from "./throw-if-stopped.ts";

/** Bounds how many bytes of requests and answers a process holds at once, whatever it talks to. */
export class BytesInFlight {
  readonly #limit: number;
  #taken = 0;
  readonly #waiting: { readonly bytes: number; readonly start: () => void }[] = [];

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** Runs `work` when there is room for its bytes, in the order of the calls. More than the limit goes alone. */
  async around<T>(
    bytes: number,
    place: string,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    const share = Math.min(bytes, this.#limit);
    await this.#room(share);
    try {
      throwIfStopped(signal, place);
      return await work();
    } finally {
      this.#taken -= share;
      this.#startNext();
    }
  }

  #room(bytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ bytes, start: resolve });
      this.#startNext();
    });
  }

  #startNext(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#taken + next.bytes > this.#limit) return;
      this.#waiting.shift();
      this.#taken += next.bytes;
      next.start();
    }
  }
}

/** The bound of this process: 64 MiB. */
export const bytesInFlight = new BytesInFlight(64 * 1_048_576);
