import { scheduler } from "node:timers/promises";
import type { Clock } from "../../clock.ts";
import type { NbdServer } from "../../nbd/nbd-server.ts";
import type { RecoveryPoint } from "../../replica/replica-store.ts";
import type { Progress } from "../../progress.ts";
import { copyProgress } from "../job/report-progress.ts";
import type { OverlaySession } from "./overlay-session.ts";

/** Blocks that are copied in one go; requests of clients wait no longer than this takes, some milliseconds. */
const fillBlocks = 64;
const syncBlocks = 64 * fillBlocks;

export interface AttachmentDisk {
  readonly diskId: string;
  readonly sizeBytes: number;
  readonly overlayPath: string;
  /** Where other programs find it. */
  readonly uri: string;
}

/** Disks of a recovery point that are open and served, until `close`. */
export class Attachment {
  readonly point: RecoveryPoint;
  readonly #sessions: readonly OverlaySession[];
  readonly #server: NbdServer;
  readonly #clock: Clock;
  #closing = false;
  #filling: Promise<unknown> = Promise.resolve();

  constructor(
    point: RecoveryPoint,
    { sessions, server, clock }: { sessions: readonly OverlaySession[]; server: NbdServer; clock: Clock },
  ) {
    this.#clock = clock;
    this.point = point;
    this.#sessions = sessions;
    this.#server = server;
  }

  get disks(): AttachmentDisk[] {
    return this.#sessions.map((session) => ({
      diskId: session.diskId,
      sizeBytes: session.sizeBytes,
      overlayPath: session.overlayPath,
      uri: this.#server.uriOf(session.diskId),
    }));
  }

  /** Copies what the overlays lack, behind the clients' requests. False: it was closed before the end. */
  fill(progress: Progress): Promise<boolean> {
    const filling = this.#fill(progress);
    this.#filling = filling.catch(() => undefined);
    return filling;
  }

  /**
   * Ends serving: requests under way are answered, then all is flushed. `discard` removes the overlays, with what was
   * written to them. Returns the overlays that hold a whole disk now and need neither point nor engine any more.
   */
  async close({ discard }: { discard: boolean }): Promise<string[]> {
    this.#closing = true;
    await this.#server.close();
    await this.#filling;
    const whole: string[] = [];
    let failure: unknown;
    for (const session of this.#sessions) {
      try {
        if (await session.close(discard)) whole.push(session.overlayPath);
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return whole;
  }

  async #fill(progress: Progress): Promise<boolean> {
    for (const session of this.#sessions) {
      const report = copyProgress(this.#clock, progress, "filling in");
      const lacked = session.lackingBlocks;
      let filled = 0;
      for (let left = lacked; left > 0;) {
        if (this.#closing) return false;
        left = await session.fill(fillBlocks);
        filled += fillBlocks;
        // What waits for a sync is kept in memory.
        if (filled % syncBlocks === 0) await session.flush();
        const bytesDone = session.sizeBytes * (1 - left / lacked);
        report({ diskId: session.diskId, bytesDone, bytesTotal: session.sizeBytes });
        await scheduler.yield();
      }
      await session.flush();
    }
    return true;
  }
}
