import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { hasCode } from "../../provider/errors.ts";
import { refusalOf } from "../../provider/qemu/qmp-refusal.ts";
import { connectQmp, type Qmp } from "../../provider/qemu/qmp.ts";
import { describeWith } from "./installed.ts";
import { ScriptedServer, socketFolder } from "./scripted-server.ts";

const greeting = `{"QMP":{"version":{"qemu":{"major":7,"minor":2,"micro":22},"package":""},"capabilities":["oob"]}}\r\n`;
const event = (name: string, data: object): string =>
  `${JSON.stringify({ event: name, data, timestamp: { seconds: 1, microseconds: 2 } })}\r\n`;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A QEMU of the test's: `answers` are what it says to a command, before which it may say other things. */
async function scripted(
  answers: Record<string, (id: number) => string> = {},
): Promise<{ server: ScriptedServer; connect(): Promise<Qmp> }> {
  const server = await ScriptedServer.listen(greeting, ({ execute, id }, send) => {
    const ok = (): string => `{"return":{},"id":${id}}\n`;
    send((answers[execute] ?? ok)(id!));
  });
  cleanups.push(() => server.close());
  const connect = async (): Promise<Qmp> => {
    const qmp = await connectQmp(server.socketPath, { machine: "web1" });
    cleanups.push(() => qmp.close());
    return qmp;
  };
  return { server, connect };
}

const refusing = (desc: string) => (id: number) =>
  `${JSON.stringify({ error: { class: "GenericError", desc }, id })}\n`;

describe("QMP", () => {
  it("greets, asks for no capability, and sends each command with its arguments", async () => {
    const { server, connect } = await scripted({ stop: (id) => `{"return":{"a":[1]},"id":${id}}\r\n` });
    const qmp = await connect();
    expect(qmp.version).toBe("7.2.22");
    expect(await qmp.execute("stop", { force: true })).toEqual({ a: [1] });
    expect(server.asked.map(({ execute, arguments: given }) => [execute, given])).toEqual([
      ["qmp_capabilities", {}],
      ["stop", { force: true }],
    ]);
  });

  it("gives each command its own answer, though they come in another order and in pieces", async () => {
    const kept: string[] = [];
    const server = await ScriptedServer.listen(greeting, ({ execute, id }, send) => {
      kept.unshift(`{"return":"${execute} é","id":${id}}\n`);
      if (execute === "qmp_capabilities") send(kept.pop()!);
      if (kept.length < 3) return;
      const bytes = Buffer.from(kept.join(""));
      for (let at = 0; at < bytes.length; at += 7) send(bytes.subarray(at, at + 7));
    });
    cleanups.push(() => server.close());
    const qmp = await connectQmp(server.socketPath, { machine: "web1" });
    const answers = ["one", "two", "three"].map((command) => qmp.execute(command));
    expect(await Promise.all(answers)).toEqual(["one é", "two é", "three é"]);
    qmp.close();
  });

  it("keeps an event that comes with the answer, before anybody waits for it", async () => {
    const ended = event("BLOCK_JOB_CANCELLED", { device: "fleece-os" });
    const { connect } = await scripted({
      "block-job-cancel": (id) => `${event("OTHER", {})}${ended}{"return":{},"id":${id}}\n`,
    });
    const qmp = await connect();
    await qmp.execute("block-job-cancel");
    const found = await qmp.waitFor("BLOCK_JOB_CANCELLED", ({ data }) => data["device"] === "fleece-os");
    expect(found.timestamp).toEqual({ seconds: 1, microseconds: 2 });
    // It was given out: the next wait is for the next one, which goes to all who wait.
    const waits = [1, 2].map(() => qmp.waitFor("BLOCK_JOB_CANCELLED"));
    await qmp.execute("block-job-cancel");
    for (const again of await Promise.all(waits)) expect(again.data).toEqual({ device: "fleece-os" });
  });

  it("gives two events of one moment to two waits, one after the other", async () => {
    const { connect } = await scripted({
      run: (id) => `{"return":{},"id":${id}}\n${event("E", { n: 1 })}${event("E", { n: 2 })}`,
    });
    const qmp = await connect();
    const first = qmp.waitFor("E");
    await qmp.execute("run");
    expect((await first).data).toEqual({ n: 1 });
    expect((await qmp.waitFor("E")).data).toEqual({ n: 2 });
  });

  it.each([
    ["Bitmap 'sr-1' is currently in use by another operation and cannot be used", "Busy"],
    ["Node 'os' is busy: block device is in use by block job: backup", "Busy"],
    ['Failed to get "write" lock', "Busy"],
    ["Could not write qcow2 header: No space left on device", "DiskFull"],
    ["Could not open 'a.img': No such file or directory", "IoFailed"],
    ["Bitmap 'sr-1' is inconsistent and cannot be used", "JobFailed"],
  ])("turns '%s' into %s, naming the machine, the command and QEMU's version", async (desc, code) => {
    const { connect } = await scripted({ transaction: refusing(desc) });
    const qmp = await connect();
    const error: unknown = await qmp.execute("transaction", { secret: "hush" }).catch((thrown) => thrown);
    expect(error).toMatchObject({ code, target: "web1" });
    expect((error as Error).message).toContain(`QEMU 7.2.22 of machine web1 refused transaction: ${desc}.`);
    expect((error as Error).message).not.toContain("hush");
    expect(refusalOf(error)).toMatchObject({ errorClass: "GenericError", description: desc });
    expect(await qmp.execute("stop")).toEqual({});
  });

  it("rejects what waits when QEMU goes away, and everything after", async () => {
    const { server, connect } = await scripted({ hang: () => "" });
    const qmp = await connect();
    const lost = { code: "SourceUnreachable", target: "web1" };
    const waiting = [qmp.execute("hang"), qmp.waitFor("SHUTDOWN")];
    server.hangUp();
    for (const wait of waiting) await expect(wait).rejects.toMatchObject(lost);
    expect(qmp.isOpen).toBe(false);
    await expect(qmp.execute("stop")).rejects.toMatchObject(lost);
    await expect(qmp.waitFor("STOP")).rejects.toMatchObject(lost);
  });

  it("ends the connection at a line that is no QMP, and at an error that belongs to no command", async () => {
    for (const line of [
      "hello\n",
      "[]\n",
      `{"error":{"class":"GenericError","desc":"JSON parse error"}}\n`,
    ]) {
      const { connect } = await scripted({ say: () => line });
      const qmp = await connect();
      await expect(qmp.execute("say")).rejects.toMatchObject({ code: "SourceUnreachable" });
    }
  });

  it("waits for an answer and for an event no longer than told, and lets go when it is stopped", async () => {
    const { connect } = await scripted({ hang: () => "" });
    const qmp = await connect();
    await expect(qmp.execute("hang", {}, { timeoutMs: 5 })).rejects.toThrow("did not answer hang in 0.005 s");
    const late = await qmp.waitFor("STOP", undefined, { timeoutMs: 5 }).catch((error: unknown) => error);
    expect(hasCode(late, "JobFailed")).toBe(true);
    const stop = new AbortController();
    const waits = [
      qmp.execute("hang", {}, { signal: stop.signal }),
      qmp.waitFor("STOP", undefined, { signal: stop.signal }),
    ];
    stop.abort(new Error("stopped"));
    for (const wait of waits) await expect(wait).rejects.toThrow("stopped");
    await expect(qmp.execute("stop", {}, { signal: stop.signal })).rejects.toThrow("stopped");
    expect(await qmp.execute("stop")).toEqual({});
  });

  it("says that another program may be connected when nobody greets, and that nothing is there", async () => {
    const mute = await ScriptedServer.listen("", () => undefined);
    cleanups.push(() => mute.close());
    const options = { machine: "web1", timeoutMs: 30 };
    await expect(connectQmp(mute.socketPath, options)).rejects.toThrow(
      "QEMU of machine web1 does not answer at " + mute.socketPath + ": it did not greet in time.",
    );
    const absent = connectQmp(path.join(path.dirname(mute.socketPath), "none"), options);
    await expect(absent).rejects.toMatchObject({ code: "SourceUnreachable", target: "web1" });
    const stop = AbortSignal.abort(new Error("stopped"));
    await expect(connectQmp(mute.socketPath, { machine: "web1", signal: stop })).rejects.toThrow("stopped");
  });
});

/** A QEMU without a machine; it ends with the test. */
function start(program: string, parameters: (socketPath: string) => string[]): [string, ChildProcess] {
  const folder = socketFolder();
  const socketPath = path.join(folder, "q");
  const child = spawn(program, parameters(socketPath), { stdio: "ignore" });
  cleanups.push(async () => {
    const gone = child.exitCode !== null || child.signalCode !== null ? undefined : once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return [socketPath, child];
}

describeWith(["qemu-system-x86_64"], "QMP of QEMU", () => {
  it("is spoken with a QEMU that has just been started: an answer, a refusal, events and its end", async () => {
    const [socketPath, child] = start("qemu-system-x86_64", (at) => {
      return ["-M", "none", "-display", "none", "-nodefaults", "-qmp", `unix:${at},server=on,wait=off`];
    });
    const qmp = await connectQmp(socketPath, { machine: "web1", timeoutMs: 60_000 });
    expect(qmp.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await qmp.execute("query-status")).toMatchObject({ running: true });
    await qmp.execute("stop");
    expect((await qmp.waitFor("STOP")).event).toBe("STOP");
    expect(await qmp.execute("query-status")).toMatchObject({ running: false, status: "paused" });
    const unknown = await qmp.execute("blockdev-del", { "node-name": "os" }).catch((error: unknown) => error);
    expect(unknown).toMatchObject({ code: "JobFailed" });
    expect(refusalOf(unknown)?.description).toBe("Failed to find node with node-name='os'");
    // A second program is not greeted while the first is connected.
    await expect(connectQmp(socketPath, { machine: "web1", timeoutMs: 50 })).rejects.toThrow(
      /greet in time|EAGAIN/,
    );
    await qmp.execute("quit");
    expect((await qmp.waitFor("SHUTDOWN")).data).toMatchObject({ guest: false, reason: "host-qmp-quit" });
    await expect(qmp.waitFor("NEVER")).rejects.toMatchObject({ code: "SourceUnreachable" });
    if (child.exitCode === null) await once(child, "exit");
    expect(child.exitCode).toBe(0);
  });
});

describeWith(["qemu-storage-daemon"], "QMP of qemu-storage-daemon", () => {
  it("reports a file that is not there, and one that is in use", async () => {
    const daemon = (at: string): string[] => [
      "--chardev",
      `socket,id=q,path=${at},server=on,wait=off`,
      "--monitor",
      "chardev=q",
    ];
    const [socketPath] = start("qemu-storage-daemon", daemon);
    const qmp = await connectQmp(socketPath, { machine: "web1", timeoutMs: 60_000 });
    const filename = path.join(path.dirname(socketPath), "disk.img");
    const add = (): Promise<unknown> =>
      qmp.execute("blockdev-add", { driver: "file", "node-name": "os", filename });
    await expect(add()).rejects.toMatchObject({ code: "IoFailed" });
    fs.writeFileSync(filename, Buffer.alloc(65_536));
    expect(await add()).toEqual({});
    const data = { path: path.join(path.dirname(socketPath), "nbd") };
    await qmp.execute("nbd-server-start", { addr: { type: "unix", data } });
    await qmp.execute("block-export-add", { "node-name": "os", type: "nbd", id: "e" });
    await expect(qmp.execute("blockdev-del", { "node-name": "os" })).rejects.toMatchObject({ code: "Busy" });
    await qmp.execute("block-export-del", { id: "e" });
    await qmp.waitFor("BLOCK_EXPORT_DELETED", (event) => event.data["id"] === "e");
    expect(await qmp.execute("blockdev-del", { "node-name": "os" })).toEqual({});
    qmp.close();
  });
});
