import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lifeOf } from "../../provider/process-identity.ts";
import { bootSectorLine } from "../../provider/qemu/boot-sector.ts";
import { waitForWord } from "../../provider/qemu/console-words.ts";
import type { GuestProcess } from "../../provider/qemu/guest-process.ts";
import { writeRunRecord } from "../../provider/qemu/run-record.ts";
import { forceOff, shutDownGuest } from "../../provider/qemu/shut-down-guest.ts";
import { startGuest } from "../../provider/qemu/start-guest.ts";
import type { QemuMachine } from "../../provider/qemu/qemu-machine.ts";
import { describeWith } from "./installed.ts";
import { guestParts, SmallGuest } from "./small-guest.ts";

let small: SmallGuest;
beforeEach(() => {
  small = new SmallGuest();
});
afterEach(() => small.close());

const start = (more: Partial<QemuMachine> = {}, runFolder = small.runFolder): Promise<GuestProcess> =>
  startGuest(guestParts, runFolder, small.machine(more), { acceleration: "tcg" });

const recordOf = (): { process?: string; socketFolder: string; machine: string } =>
  JSON.parse(fs.readFileSync(path.join(small.runFolder, "run.json"), "utf8")) as ReturnType<typeof recordOf>;

const wordOf = (guest: GuestProcess): Promise<string> =>
  waitForWord({
    console: guest.console,
    machine: guest.machine,
    word: /a guest runs here/,
    timeoutMs: 60_000,
    clock: guestParts.clock,
    isRunning: () => guest.isAlive(),
  });

describeWith(["qemu-system-x86_64"], "the QEMU of a machine", () => {
  it("runs, says what its guest says, pauses, and is ended in order", async () => {
    expect(small.find()).toBeUndefined();
    const guest = await start();
    expect(await wordOf(guest)).toContain(bootSectorLine);
    expect(guest.console.lastLines(3).join("\n")).toContain(bootSectorLine);
    expect(await guest.power()).toEqual({ power: "running" });
    const qmp = await guest.qmp();
    await qmp.execute("stop");
    // The power is asked at a socket of its own, while another program works.
    expect(await guest.power()).toEqual({ power: "paused", why: "paused" });
    qmp.close();
    const { socketFolder } = recordOf();
    expect(fs.statSync(socketFolder).mode & 0o777).toBe(0o700);
    expect(await forceOff(guest)).toBe("quit");
    expect(await guest.power()).toEqual({ power: "off" });
    expect(fs.existsSync(socketFolder)).toBe(false);
    expect(await forceOff(guest)).toBe("off-already");
    expect(await shutDownGuest(guest, { withinMs: 1, thenForce: false })).toBe("off-already");
  });

  it("whose disk cannot be started from says so on its console, which ends the wait", async () => {
    await small.close();
    small = new SmallGuest(new Uint8Array(512));
    await expect(wordOf(await start())).rejects.toThrow("has no disk that its firmware can start from");
  });

  it("is found again, by its process and not by its number, and is started once", async () => {
    const guest = await start();
    const found = small.find()!;
    expect(found.pid).toBe(guest.pid);
    expect(await found.power()).toEqual({ power: "running" });
    await expect(start()).rejects.toMatchObject({ code: "InUse", target: "web1" });
    await expect(start()).rejects.toThrow(`runs already, as process ${guest.pid}.`);
    // The number belongs to another process now, which started at another time.
    const { process: identity, ...record } = recordOf();
    const other = identity!.split(":").map((part, index) => (index === 2 ? "1" : part));
    const write = (process?: string): void =>
      writeRunRecord(
        guestParts.files,
        small.runFolder,
        process === undefined ? record : { ...record, process },
      );
    write(other.join(":"));
    expect(small.find()!.pid).toBeUndefined();
    expect(await small.find()!.power()).toMatchObject({ power: "crashed" });
    write(identity);
    expect(small.find()!.pid).toBe(guest.pid);
  });

  it("that was not written down in time is found by what it was started with", async () => {
    const guest = await start();
    const { process: identity, ...record } = recordOf();
    writeRunRecord(guestParts.files, small.runFolder, record);
    expect(small.find()!.pid).toBe(guest.pid);
    // A process of the same number that was started with something else is not it.
    const elsewhere = { ...record, socketFolder: `${record.socketFolder}0` };
    writeRunRecord(guestParts.files, small.runFolder, elsewhere);
    expect(small.find()!.pid).toBeUndefined();
    writeRunRecord(guestParts.files, small.runFolder, { ...record, process: identity! });
  });

  it("that is killed has crashed, and can be started again", async () => {
    const guest = await start();
    const { socketFolder } = recordOf();
    guest.signal("SIGKILL");
    expect(await guest.hasEnded(20_000)).toBe(true);
    expect(await small.find()!.power()).toEqual({ power: "crashed", how: "QEMU was killed" });
    const again = await start();
    expect(await again.power()).toEqual({ power: "running" });
    expect(fs.existsSync(socketFolder)).toBe(false);
  });

  it("that gets SIGTERM ends in order", async () => {
    const guest = await start();
    guest.signal("SIGTERM");
    expect(await guest.hasEnded(20_000)).toBe(true);
    expect(await guest.power()).toEqual({ power: "off" });
  });

  it("outlives the process that has started it, which leaves nothing of its environment but what is listed", async () => {
    const script = fileURLToPath(new URL("start-and-stay.ts", import.meta.url));
    const env = { ...process.env, PULUMI_CONFIG_PASSPHRASE: "hush", SITERECOVERY_HOME: "/h" };
    const starter = spawn(process.execPath, [script, small.folder], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(starter.stdout, "data")) as [Buffer];
    expect(starter.kill("SIGKILL")).toBe(true);
    await once(starter, "exit");
    const guest = small.find()!;
    expect(line.toString()).toBe(`started ${guest.pid}\n`);
    expect(await guest.power()).toEqual({ power: "running" });
    const environment = fs.readFileSync(`/proc/${guest.pid}/environ`, "utf8").split("\0");
    expect(environment).toContain("SITERECOVERY_HOME=/h");
    expect(environment.join("\n")).not.toContain("hush");
    expect(await forceOff(guest)).toBe("quit");
  });

  it("does not start on a disk that another one has open, or that is not there, and says what QEMU says", async () => {
    const guest = await start();
    const elsewhere = path.join(small.folder, "other");
    const second = start({}, elsewhere);
    await expect(second).rejects.toMatchObject({ code: "Busy", target: "web1" });
    await expect(second).rejects.toThrow(/QEMU did not start machine web1: .*Failed to get "write" lock/);
    expect(fs.existsSync(path.join(elsewhere, "qemu.pid"))).toBe(false);
    const absent = { id: "os", format: "raw", path: path.join(small.folder, "absent.img") } as const;
    await expect(start({ disks: [absent] }, elsewhere)).rejects.toMatchObject({ code: "IoFailed" });
    expect(await guest.power()).toEqual({ power: "running" });
  });

  it("does not start on a port that another program listens at", async () => {
    const listener = net.createServer();
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = listener.address() as net.AddressInfo;
      const network = { isIsolated: true, forwards: [{ hostPort: port, guestPort: 80 }] };
      const started = start({ network });
      await expect(started).rejects.toMatchObject({ code: "Busy", target: "web1" });
      await expect(started).rejects.toThrow(`'tcp:127.0.0.1:${port}-:80'`);
    } finally {
      listener.close();
    }
  });

  it("whose guest does not go down is left running, or is ended by QEMU", async () => {
    const guest = await start();
    await wordOf(guest);
    const gentle = shutDownGuest(guest, { withinMs: 100, thenForce: false });
    await expect(gentle).rejects.toMatchObject({ code: "JobFailed", target: "web1" });
    expect(await guest.power()).toEqual({ power: "running" });
    expect(await shutDownGuest(guest, { withinMs: 100, thenForce: true })).toBe("quit");
  });

  it("whose guest stands still is not waited for", async () => {
    const guest = await start({ startsPaused: true });
    expect(await guest.power()).toEqual({ power: "paused", why: "prelaunch" });
    const gentle = shutDownGuest(guest, { withinMs: 600_000, thenForce: false });
    await expect(gentle).rejects.toThrow("Machine web1 cannot be asked to shut down: it stands still");
    expect(await shutDownGuest(guest, { withinMs: 600_000, thenForce: true })).toBe("quit");
  });

  it("that does not answer is killed", async () => {
    const guest = await start();
    guest.signal("SIGSTOP");
    expect(await forceOff(guest)).toBe("kill");
    expect(await guest.power()).toMatchObject({ power: "crashed" });
  });

  it("is not started twice at once: the second is told to wait", async () => {
    const both = await Promise.allSettled([start(), start()]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = both.find((one) => one.status === "rejected");
    expect(refused?.reason).toMatchObject({ code: "Busy" });
    expect((refused?.reason as Error).message).toContain("web1 is being started by another process.");
    expect(await small.find()!.power()).toEqual({ power: "running" });
  });

  it("whose start is stopped does not run, and has not crashed", async () => {
    const stop = new AbortController();
    const options = { acceleration: "tcg", signal: stop.signal } as const;
    const started = startGuest(guestParts, small.runFolder, small.machine(), options);
    stop.abort(new Error("stopped"));
    await expect(started).rejects.toThrow("stopped");
    expect(small.find()!.isAlive()).toBe(false);
    expect(await small.find()!.power()).toEqual({ power: "off" });
  });
});

describeWith(["qemu-system-x86_64", "qemu-img"], "dirty bitmaps of a machine", () => {
  /** What QEMU says of the bitmap in a new run, which its last end has left. */
  async function bitmapAfter(end: (guest: GuestProcess) => Promise<unknown>): Promise<unknown> {
    const trackingPath = path.join(small.folder, "os.qcow2");
    const dummy = path.join(small.folder, "dummy");
    const options = `data_file=${dummy},data_file_raw=on`;
    spawnSync("qemu-img", ["create", "-q", "-f", "qcow2", "-o", options, trackingPath, "1M"]);
    const disks = [{ id: "os", format: "tracked", path: small.diskPath, trackingPath }] as const;
    const guest = await start({ disks });
    const qmp = await guest.qmp();
    await qmp.execute("block-dirty-bitmap-add", { node: "os", name: "sr-1", persistent: true });
    qmp.close();
    await end(guest);
    const again = await (await start({ disks })).qmp();
    const nodes = await again.execute<Record<string, unknown>[]>("query-named-block-nodes", { flat: true });
    again.close();
    return nodes.find((node) => node["node-name"] === "os")?.["dirty-bitmaps"];
  }
  const bitmap = { name: "sr-1", persistent: true };

  it("are saved when QEMU is ended in order, also by force", async () => {
    expect(await bitmapAfter((guest) => forceOff(guest))).toEqual([
      expect.objectContaining({ ...bitmap, recording: true }),
    ]);
  });

  it("are lost when it is killed, as the power state says", async () => {
    const kill = async (guest: GuestProcess): Promise<void> => {
      guest.signal("SIGKILL");
      await guest.hasEnded(20_000);
      expect(await guest.power()).toMatchObject({ power: "crashed" });
    };
    expect(await bitmapAfter(kill)).not.toEqual([expect.objectContaining({ ...bitmap, recording: true })]);
  });
});

describe("the record of a run", () => {
  const identity = (parts: Partial<Record<"host" | "boot" | "namespace", string>>): string => {
    const boot = fs.readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    const { host = os.hostname(), namespace = "other" } = parts;
    return [host, 1, 1, parts.boot ?? boot, namespace].join(":");
  };
  const found = (record: object): GuestProcess => {
    fs.mkdirSync(small.runFolder);
    const text = JSON.stringify({ machine: "web1", socketFolder: "/nowhere", ...record });
    fs.writeFileSync(path.join(small.runFolder, "run.json"), text);
    fs.writeFileSync(path.join(small.runFolder, "qemu.pid"), "1\n");
    return small.find()!;
  };

  it("of another container says that it cannot be told here whether the machine runs", async () => {
    const guest = found({ process: identity({}) });
    await expect(guest.power()).rejects.toMatchObject({ code: "SourceUnreachable", target: "web1" });
    expect(lifeOf(identity({}))).toBe("unknown");
    fs.rmSync(path.join(small.runFolder, "run.json"));
  });

  it("of before a restart of the computer says that the machine crashed then", async () => {
    const guest = found({ process: identity({ boot: "other" }) });
    expect(await guest.power()).toEqual({
      power: "crashed",
      how: "the computer was restarted while the machine ran",
    });
  });

  it("that cannot be read is not taken for a machine that is off", () => {
    expect(() => found({ machine: 7 })).toThrow("cannot be read");
    fs.rmSync(path.join(small.runFolder, "run.json"));
  });
});
