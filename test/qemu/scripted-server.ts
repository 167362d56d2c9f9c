import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

/** A folder whose path leaves room for a socket's name. */
export function socketFolder(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), "sr-"));
}

interface Asked {
  readonly execute: string;
  readonly arguments: Record<string, unknown>;
  readonly id?: number;
}

/** A server of lines whose answers a test writes: `answers` are by command, and get what was asked. */
export class ScriptedServer {
  readonly socketPath: string;
  readonly asked: Asked[] = [];
  readonly bytes: Buffer[] = [];
  readonly #folder = socketFolder();
  readonly #server: net.Server;
  readonly #sockets: net.Socket[] = [];

  private constructor(
    greeting: string,
    answer: (asked: Asked, send: (text: string | Buffer) => void) => void,
  ) {
    this.socketPath = path.join(this.#folder, "s");
    this.#server = net.createServer((socket) => {
      this.#sockets.push(socket);
      socket.on("error", () => undefined);
      socket.write(greeting);
      let text = "";
      socket.on("data", (chunk: Buffer) => {
        this.bytes.push(chunk);
        text += chunk.toString("latin1").replaceAll("\xff", "");
        for (let end; (end = text.indexOf("\n")) >= 0; text = text.slice(end + 1)) {
          const asked = JSON.parse(text.slice(0, end)) as Asked;
          this.asked.push(asked);
          answer(asked, (words) => socket.write(words));
        }
      });
    });
  }

  static async listen(
    greeting: string,
    answer: (asked: Asked, send: (text: string | Buffer) => void) => void,
  ): Promise<ScriptedServer> {
    const server = new ScriptedServer(greeting, answer);
    await new Promise<void>((resolve) => server.#server.listen(server.socketPath, resolve));
    return server;
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.hangUp();
    this.#server.close();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}
