/**
 * The owner's end of the socket. A connection is one asker: when it breaks, what the asker froze is let go
 * and the snapshot it began is abandoned, as no process is left to end it.
 */
import { timingSafeEqual } from "node:crypto";
import type net from "node:net";
import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import { messageOf, SiteRecoveryError } from "../errors.ts";
import type { OwnedDisk } from "./owned-disk.ts";
import { encodeLine, splitLines } from "./owner-protocol.ts";
import type { HelloResult, OwnerAnswer, OwnerRequest } from "./owner-protocol.ts";
import { said } from "../message.ts";

/**
 * Answers askers until the server is closed. Returns a function that drops the askers without ending their
 * snapshots.
 */
export function serveOwner(server: net.Server, disk: OwnedDisk): () => void {
  const sockets = new Map<net.Socket, Asker>();
  server.on("connection", (socket) => {
    const asker = new Asker(disk, systemClock);
    sockets.set(socket, asker);
    socket.unref();
    let turn = Promise.resolve();
    const onLine = (line: string): void => {
      turn = turn.then(async () => {
        const answer = await asker.answer(line);
        if (!socket.destroyed) socket.write(encodeLine(answer));
      });
    };
    socket.on(
      "data",
      splitLines(onLine, () => socket.destroy()),
    );
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      if (!sockets.delete(socket)) return;
      void turn.then(() => asker.leave());
    });
  });
  return () => {
    const left = [...sockets];
    sockets.clear();
    for (const [socket, asker] of left) {
      asker.letGo();
      socket.destroy();
    }
  };
}

class Asker {
  readonly #disk: OwnedDisk;
  readonly #clock: Clock;
  readonly #begun = new Set<string>();
  #pass: symbol | undefined;
  #limit = new AbortController();

  constructor(disk: OwnedDisk, clock: Clock) {
    this.#disk = disk;
    this.#clock = clock;
  }

  async answer(line: string): Promise<OwnerAnswer> {
    try {
      const request = JSON.parse(line) as OwnerRequest;
      if (request.action !== "hello") this.#checkTrackingId(request.trackingId);
      return { result: await this.#do(request) };
    } catch (error) {
      const message = messageOf(error);
      return { error: { code: error instanceof SiteRecoveryError ? error.code : "Bug", message } };
    }
  }

  /** The asker is gone and will not end its snapshots. */
  leave(): void {
    this.letGo();
    for (const snapshotId of this.#begun) {
      try {
        this.#disk.end(snapshotId, "abandon");
      } catch {
        // The snapshot's file says on whose behalf it is, so the next one to begin a snapshot or open the
        // disk drops it.
      }
    }
  }

  letGo(): void {
    this.#limit.abort();
    if (this.#pass !== undefined) this.#disk.gate.thaw(this.#pass);
    this.#pass = undefined;
  }

  async #do(request: OwnerRequest): Promise<unknown> {
    switch (request.action) {
      case "hello":
        return { processId: process.pid, hasWriters: this.#disk.hasWriters } satisfies HelloResult;
      case "freeze":
        return this.#freeze(request.limitMilliseconds);
      case "begin": {
        const begun = this.#disk.begin(this.#frozen(), request);
        this.#begun.add(request.snapshotId);
        return begun;
      }
      case "thaw":
        return this.letGo();
      case "end":
        return this.#disk.end(request.snapshotId, request.outcome);
      case "reset":
        return this.#disk.reset(this.#frozen());
      default:
        throw new SiteRecoveryError("InvalidInput", said`The owner of the disk does not know this request.`);
    }
  }

  async #freeze(limitMilliseconds: number): Promise<void> {
    if (this.#pass !== undefined) return;
    const pass = await this.#disk.gate.freeze();
    this.#pass = pass;
    this.#limit = new AbortController();
    // An asker that hangs must not hold the machine's writes for ever.
    this.#clock.sleep(limitMilliseconds, this.#limit.signal).then(
      () => this.#disk.gate.thaw(pass),
      () => undefined,
    );
  }

  #frozen(): symbol {
    return this.#pass ?? Symbol("not frozen");
  }

  #checkTrackingId(given: string): void {
    const expected = Buffer.from(this.#disk.trackingId);
    const received = Buffer.from(String(given));
    if (received.length === expected.length && timingSafeEqual(received, expected)) return;
    const message = said`Only who may read the change log of ${this.#disk.path} may ask. Run as such a user.`;
    throw new SiteRecoveryError("ActionNotAllowed", message, { target: this.#disk.path });
  }
}
