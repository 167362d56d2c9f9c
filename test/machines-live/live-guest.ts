/** The made guest, with copies of its disks in a folder of its own. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { waitForWord } from "../../provider/qemu/console-words.ts";
import { GuestProcess } from "../../provider/qemu/guest-process.ts";
import type { QemuMachine } from "../../provider/qemu/qemu-machine.ts";
import { startGuest } from "../../provider/qemu/start-guest.ts";
import { ensureGuest } from "../../setup/guest/ensure-guest.mjs";
import { endProcessesOf, guestParts } from "../qemu/small-guest.ts";

/** What `check` in the guest finds on its disks at boot. */
export interface GuestStatus {
  readonly machine: string;
  readonly osRecord: number;
  readonly osBad: number;
  readonly dataRecord: number;
  readonly dataBad: number;
  readonly writeOrder: "ok" | "broken";
  readonly consistency: "crash" | "application";
  readonly journalsRecovered: number;
  readonly fileSystemErrors: number;
  readonly uptimeSeconds: number;
}

/** By TCG on a busy computer. */
const bootMs = 600_000;

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class LiveGuest {
  readonly folder: string;
  readonly runFolder: string;
  readonly port: number;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.runFolder = path.join(folder, "run");
    this.port = port;
  }

  static async make(): Promise<LiveGuest> {
    const images = await ensureGuest();
    const guest = new LiveGuest(fs.mkdtempSync(path.join(os.tmpdir(), "live-")), await freePort());
    for (const [id, image] of Object.entries({ os: images.osImage, data: images.dataImage })) {
      const { status } = spawnSync("cp", ["--sparse=always", image, guest.diskPath(id)]);
      if (status !== 0) throw new Error(`cp of ${image} ended with ${status}`);
    }
    return guest;
  }

  diskPath(id: string): string {
    return path.join(this.folder, `${id}.img`);
  }

  machine({ isIsolated = true, ...more }: Partial<QemuMachine> & { isIsolated?: boolean } = {}): QemuMachine {
    return {
      name: "web1",
      memoryMiB: more.firmware === "uefi" ? 512 : 192,
      cpus: 1,
      firmware: "bios",
      disks: ["os", "data"].map((id) => ({ id, format: "raw", path: this.diskPath(id) })),
      network: { isIsolated, forwards: [{ hostPort: this.port, guestPort: 80 }] },
      channels: [{ name: "app.ack", path: path.join(this.folder, "ack.log") }],
      ...more,
    };
  }

  start(machine = this.machine()): Promise<GuestProcess> {
    return startGuest(guestParts, this.runFolder, machine, { acceleration: "tcg" });
  }

  find(): GuestProcess {
    const found = GuestProcess.find(guestParts, this.runFolder);
    if (found === undefined) throw new Error("The guest was not started.");
    return found;
  }

  /** Waits until all of the guest is up. */
  async up(guest: GuestProcess): Promise<GuestStatus> {
    const { clock } = guestParts;
    const isRunning = (): boolean => guest.isAlive();
    const wait = { console: guest.console, machine: guest.machine, clock, isRunning, timeoutMs: bootMs };
    await waitForWord({ ...wait, word: /^UP / });
    const line = await waitForWord({ ...wait, word: /^STATUS / });
    return JSON.parse(line.slice("STATUS ".length)) as GuestStatus;
  }

  /** The number of the last record that the guest's application has acknowledged; 0 if none. */
  acknowledged(): number {
    const lines = fs.readFileSync(path.join(this.folder, "ack.log"), "latin1").trim().split("\n");
    return Number(lines.at(-1)?.split(" ")[1] ?? 0);
  }

  /** The guest's answer over HTTP. */
  get(page: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const where = { host: "127.0.0.1", port: this.port, path: page, agent: false, timeout: 120_000 };
      const request = http.get(where, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => resolve(text)).on("error", reject);
      });
      request
        .on("timeout", () => request.destroy(new Error("The guest does not answer.")))
        .on("error", reject);
    });
  }

  async close(): Promise<void> {
    const found = GuestProcess.find(guestParts, this.runFolder);
    await endProcessesOf(this.folder);
    found?.removeSockets();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
