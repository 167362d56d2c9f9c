/**
 * A machine whose QEMU and guest agent a test plays: its run is written down as if this process were its QEMU. Never shut it
 * down or remove it by the driver, which would end this process.
 */
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { folderMachines } from "../../../provider/machines/folder-machines.ts";
import { qemuMachines } from "../../../provider/drivers/machines-qemu/qemu-machines.ts";
import { serverProgram } from "../../../provider/engine/instant-start/server-program.ts";
import type { GuestEvidence } from "../../../provider/model/guest-evidence.ts";
import type { MachineDefinition, ReadyCheck } from "../../../provider/model/machine-definition.ts";
import type { MachineMark } from "../../../provider/model/machine-mark.ts";
import type { GuestParts } from "../../../provider/qemu/guest-process.ts";
import { writeRunRecord } from "../../../provider/qemu/run-record.ts";
import { identityOf } from "../../../provider/process-identity.ts";
import { machineDefinition } from "../../machine-definition.ts";
import { guestParts } from "../../qemu/small-guest.ts";
import { ScriptedServer } from "../../qemu/scripted-server.ts";
import { writeYaml } from "../../../provider/yaml/write-yaml.ts";

const greeting = `{"QMP":{"version":{"qemu":{"major":7,"minor":2,"micro":22},"package":""},"capabilities":[]}}\r\n`;

const testMark: MachineMark = {
  machineId: "6f1c2bdc-2e1f-4b4e-8a55-3d1ad7b9f0aa",
  madeBy: { engineId: "e", itemId: "i", purpose: "test", jobId: "j" },
};

export type Answers = Record<string, (given: Record<string, unknown>) => unknown>;

export class ScriptedGuest {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "scripted-"));
  readonly runFolder = path.join(this.folder, "qemu");
  readonly forwards: { hostPort: number; guestPort: number }[] = [];
  /** What QEMU and the agent answer to a command. */
  readonly qemu: Answers = { "query-status": () => ({ status: "running" }) };
  readonly agent: Answers = { "guest-ping": () => ({}) };
  readonly asked: string[] = [];
  readonly #cleanups: (() => void)[] = [];

  constructor() {
    fs.mkdirSync(path.join(this.folder, "sockets"), { recursive: true });
    fs.mkdirSync(this.runFolder);
  }

  write(console: string, channel = "console"): void {
    fs.appendFileSync(path.join(this.runFolder, `${channel}.log`), console);
  }

  /** A web server of this process, as if it were the guest's port 80. */
  async serve(answer: http.RequestListener): Promise<void> {
    const server = http.createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.#cleanups.push(() => {
      server.closeAllConnections();
      server.close();
    });
    this.forwards.push({ hostPort: (server.address() as AddressInfo).port, guestPort: 80 });
  }

  /** An agent whose programs end at once; `run` is given program and arguments. */
  runsPrograms(run: (command: string[]) => { exitcode: number; output: string }): void {
    let last = { exitcode: 0, output: "" };
    this.agent["guest-exec"] = ({ path: program, arg }) => {
      last = run([program as string, ...(arg as string[])]);
      return { pid: 7 };
    };
    this.agent["guest-exec-status"] = () => ({
      exited: true,
      exitcode: last.exitcode,
      "out-data": Buffer.from(last.output).toString("base64"),
    });
  }

  async whenReady(
    ready: ReadyCheck | undefined,
    {
      parts = guestParts,
      runForwards = this.forwards,
      isDrill = false,
    }: { parts?: GuestParts; runForwards?: ScriptedGuest["forwards"]; isDrill?: boolean } = {},
  ): Promise<GuestEvidence | undefined> {
    await this.#listen(runForwards);
    const qemu = { acceleration: "tcg", forwards: this.forwards, channels: ["app.ready"] };
    const changes = { qemu, ...(ready === undefined ? {} : { ready }) };
    const definition = machineDefinition("web1", ["os"], changes) as MachineDefinition;
    fs.writeFileSync(path.join(this.folder, "machine.yaml"), writeYaml(definition));
    fs.writeFileSync(path.join(this.folder, "os.img"), Buffer.alloc(512));
    const machines = qemuMachines(folderMachines(parts.files), { ...parts, serverProgram: serverProgram() });
    if (isDrill) await machines.setMark(this.folder, testMark);
    return machines.whenReady(this.folder, {});
  }

  close(): void {
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  async #listen(forwards: ScriptedGuest["forwards"]): Promise<void> {
    const socketFolder = path.join(this.folder, "sockets");
    const ask = (answers: Answers, command: string, given: Record<string, unknown>): unknown => {
      this.asked.push(command);
      return answers[command]?.(given) ?? {};
    };
    const qmp = await ScriptedServer.listen(greeting, ({ execute, id, arguments: given }, send) => {
      send(`${JSON.stringify({ return: ask(this.qemu, execute, given), id })}\n`);
    });
    const agent = await ScriptedServer.listen("", ({ execute, arguments: given }, send) => {
      const isSync = execute === "guest-sync-delimited";
      const answer = JSON.stringify({ return: isSync ? given["id"] : ask(this.agent, execute, given) });
      send(Buffer.from(`${isSync ? "\xff" : ""}${answer}\n`, "latin1"));
    });
    for (const [name, server] of Object.entries({ power: qmp, agent })) {
      fs.symlinkSync(server.socketPath, path.join(socketFolder, name));
      this.#cleanups.push(() => server.close());
    }
    writeRunRecord(guestParts.files, this.runFolder, {
      machine: "web1",
      socketFolder,
      process: identityOf(process.pid)!,
      forwards,
    });
  }
}
