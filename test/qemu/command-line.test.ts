import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { qemuArguments } from "../../provider/qemu/command-line.ts";
import { connectQmp } from "../../provider/qemu/qmp.ts";
import type { QemuMachine, QemuPlaces } from "../../provider/qemu/qemu-machine.ts";
import { describeWith } from "./installed.ts";
import { socketFolder } from "./scripted-server.ts";

const places: QemuPlaces = {
  consolePath: "/m/a,b/console.log",
  pidPath: "/m/qemu.pid",
  qmpSocketPath: "/r/qmp",
  powerSocketPath: "/r/power",
  agentSocketPath: "/r/agent",
};
const machine: QemuMachine = { name: "web1", memoryMiB: 512, cpus: 2, firmware: "bios", disks: [] };

/** The values that follow an option. */
function valuesOf(
  option: string,
  more: Partial<QemuMachine> = {},
  where: Partial<QemuPlaces> = {},
): string[] {
  const run = {
    machine: { ...machine, ...more },
    places: { ...places, ...where },
    acceleration: "tcg" as const,
  };
  const words = qemuArguments(run);
  return words.flatMap((word, index) => (word === option ? [words[index + 1]!] : []));
}

const parsed = (values: readonly string[]): unknown[] => values.map((value) => JSON.parse(value) as unknown);
const cards = (more: Partial<QemuMachine>): unknown[] => parsed(valuesOf("-device", more));

describe("the command line of QEMU", () => {
  it("names the machine, its memory, processors and firmware, and nothing by default", () => {
    const words = qemuArguments({ machine, places, acceleration: "tcg" });
    expect(words).toContain("-nodefaults");
    expect(words).toContain("-no-user-config");
    expect(words).not.toContain("-S");
    expect(words).not.toContain("-netdev");
    expect(valuesOf("-name", { name: "a,b" })).toEqual(["guest=a,,b"]);
    expect([valuesOf("-m"), valuesOf("-smp"), valuesOf("-machine")]).toEqual([
      ["512"],
      ["2"],
      ["pc,graphics=off"],
    ]);
    expect([valuesOf("-accel"), valuesOf("-cpu"), valuesOf("-display")]).toEqual([
      ["tcg"],
      ["max"],
      ["none"],
    ]);
    expect(valuesOf("-uuid")).toEqual([]);
    expect(valuesOf("-uuid", { uuid: "6f0e" })).toEqual(["6f0e"]);
    expect(valuesOf("-pidfile")).toEqual(["/m/qemu.pid"]);
    expect(
      qemuArguments({ machine: { ...machine, startsPaused: true }, places, acceleration: "tcg" }),
    ).toContain("-S");
  });

  it("gives the guest the host's processor with KVM", () => {
    const words = qemuArguments({ machine, places, acceleration: "kvm" });
    expect(words.slice(words.indexOf("-accel"), words.indexOf("-accel") + 4)).toEqual([
      ...["-accel", "kvm", "-cpu", "host"],
    ]);
  });

  it("has UEFI with the machine's own variables", () => {
    const uefi = { codePath: "/f/code,1.fd", variablesPath: "/m/vars.fd" };
    expect(valuesOf("-machine", { firmware: "uefi" }, { uefi })).toEqual(["q35"]);
    expect(valuesOf("-drive", { firmware: "uefi" }, { uefi })).toEqual([
      "if=pflash,unit=0,format=raw,readonly=on,file=/f/code,,1.fd",
      "if=pflash,unit=1,format=raw,file=/m/vars.fd",
    ]);
    expect(valuesOf("-drive", {}, { uefi })).toEqual([]);
    expect(() => valuesOf("-drive", { firmware: "uefi" })).toThrow("a machine with UEFI has firmware files");
  });

  it("has two control sockets, the agent's, a console in a file, and channels to files", () => {
    expect(valuesOf("-mon")).toEqual(["chardev=qmp,mode=control", "chardev=power,mode=control"]);
    expect(valuesOf("-serial")).toEqual(["chardev:console"]);
    expect(valuesOf("-chardev", { channels: [{ name: "app.ack", path: "/m/ack" }] })).toEqual([
      "socket,id=qmp,path=/r/qmp,server=on,wait=off",
      "socket,id=power,path=/r/power,server=on,wait=off",
      "file,id=console,path=/m/a,,b/console.log",
      "socket,id=agent,path=/r/agent,server=on,wait=off",
      "file,id=channel0,path=/m/ack",
    ]);
    expect(cards({ channels: [{ name: "app.ack", path: "/m/ack" }] })).toEqual([
      { driver: "virtio-rng-pci" },
      { driver: "virtio-serial-pci" },
      { driver: "virtserialport", chardev: "agent", name: "org.qemu.guest_agent.0" },
      { driver: "virtserialport", chardev: "channel0", name: "app.ack" },
      { driver: "VGA" },
    ]);
  });

  it.each([
    [true, "restrict=on"],
    [false, "restrict=off"],
  ])(
    "has a network that is isolated: %s, and forwards ports of the loopback address only",
    (isIsolated, word) => {
      const forwards = [
        { hostPort: 8081, guestPort: 80 },
        { hostPort: 2222, guestPort: 22 },
      ];
      const network = { isIsolated, forwards, macAddress: "52:54:00:00:00:01" };
      expect(valuesOf("-netdev", { network })).toEqual([
        `user,id=net0,${word},hostfwd=tcp:127.0.0.1:8081-:80,hostfwd=tcp:127.0.0.1:2222-:22`,
        ...(isIsolated ? ["hubport,id=hub-user,hubid=0,netdev=net0", "hubport,id=hub-card,hubid=0"] : []),
      ]);
      const card = { driver: "virtio-net-pci", netdev: isIsolated ? "hub-card" : "net0", romfile: "" };
      expect(cards({ network })).toContainEqual({ ...card, mac: "52:54:00:00:00:01" });
      expect(cards({ network: { isIsolated, forwards: [] } })).toContainEqual(card);
    },
  );

  it("has each disk as a node of its name, in the order of starting", () => {
    const disks = [
      { id: "os", format: "raw", path: "/m/os, 1.img" },
      { id: "data", format: "tracked", path: "/m/data.img", trackingPath: "/m/data.qcow2" },
      { id: "log", format: "nbd", socketPath: "/r/nbd", exportName: "log" },
      {
        id: "new",
        format: "moving",
        trackingPath: "/m/new.qcow2",
        socketPath: "/r/nbd",
        exportName: "new",
      },
    ] as const;
    const file = (name: string, filename: string): object => ({
      driver: "file",
      "node-name": name,
      filename,
      discard: "unmap",
    });
    expect(parsed(valuesOf("-blockdev", { disks }))).toEqual([
      { driver: "raw", "node-name": "os", discard: "unmap", file: file("os-file", "/m/os, 1.img") },
      {
        driver: "qcow2",
        "node-name": "data",
        discard: "unmap",
        file: file("data-tracking", "/m/data.qcow2"),
        "data-file": file("data-file", "/m/data.img"),
      },
      {
        driver: "raw",
        "node-name": "log",
        discard: "unmap",
        file: {
          driver: "nbd",
          "node-name": "log-nbd",
          server: { type: "unix", path: "/r/nbd" },
          export: "log",
          "reconnect-delay": 86_400,
        },
      },
      {
        driver: "qcow2",
        "node-name": "new",
        file: file("new-tracking", "/m/new.qcow2"),
        "data-file": {
          driver: "raw",
          "node-name": "new-data",
          file: {
            driver: "nbd",
            "node-name": "new-nbd",
            server: { type: "unix", path: "/r/nbd" },
            export: "new",
            "reconnect-delay": 86_400,
          },
        },
      },
    ]);
    const card = { driver: "virtio-blk-pci" };
    expect(cards({ disks }).slice(-5, -1)).toEqual([
      { ...card, id: "disk-os", drive: "os", serial: "os", bootindex: 1 },
      { ...card, id: "disk-data", drive: "data", serial: "data", bootindex: 2 },
      { ...card, id: "disk-log", drive: "log", serial: "log", bootindex: 3 },
      { ...card, id: "disk-new", drive: "new", serial: "new", bootindex: 4 },
    ]);
  });

  it.each(["0", "a".repeat(21), "a,b", ""])("refuses a disk '%s', which QEMU does not take", (id) => {
    const disks = [{ id, format: "raw", path: "/m/os.img" }] as const;
    const call = (): unknown => valuesOf("-blockdev", { disks });
    expect(call).toThrow(`QEMU cannot run machine web1 with a disk that is called ${id}.`);
    expect(call).toThrow(expect.objectContaining({ code: "InvalidInput", target: "web1" }) as Error);
  });
});

describeWith(["qemu-system-x86_64", "qemu-storage-daemon", "qemu-img"], "QEMU takes the command line", () => {
  let folder: string;
  beforeEach(() => {
    folder = socketFolder();
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => path.join(folder, name);

  it.each(["bios", "uefi"] as const)("of a machine with %s and disks of all kinds", async (firmware) => {
    const sizeBytes = 1_048_576;
    for (const name of ["os.img", "data,1.img", "log.img", "dummy"]) {
      fs.writeFileSync(at(name), "");
      fs.truncateSync(at(name), sizeBytes);
    }
    for (const name of ["code.fd", "vars.fd"]) fs.writeFileSync(at(name), Buffer.alloc(sizeBytes));
    const create = ["create", "-q", "-f", "qcow2", "-o", `data_file=${at("dummy")},data_file_raw=on`];
    expect(spawnSync("qemu-img", [...create, at("data.qcow2"), "1M"]).status).toBe(0);
    const served = ["--blockdev", `file,node-name=log,filename=${at("log.img")}`];
    const server = ["--nbd-server", `addr.type=unix,addr.path=${at("nbd")}`];
    const offered = ["--export", "nbd,id=e,node-name=log,name=log,writable=on"];
    const daemon = ["--daemonize", "--pidfile", at("daemon.pid")];
    expect(spawnSync("qemu-storage-daemon", [...served, ...server, ...offered, ...daemon]).status).toBe(0);
    try {
      const words = qemuArguments({
        machine: {
          name: "web1",
          uuid: "6f0e3a52-6a4e-4c6b-9d5c-2f7a2d1f7b11",
          memoryMiB: 64,
          cpus: 2,
          firmware,
          disks: [
            { id: "os", format: "raw", path: at("os.img") },
            { id: "data", format: "tracked", path: at("data,1.img"), trackingPath: at("data.qcow2") },
            { id: "log", format: "nbd", socketPath: at("nbd"), exportName: "log" },
          ],
          network: { isIsolated: true, forwards: [], macAddress: "52:54:00:00:00:01" },
          channels: [{ name: "app.ack", path: at("ack,1") }],
          startsPaused: true,
        },
        places: {
          consolePath: at("console,1"),
          pidPath: at("pid"),
          qmpSocketPath: at("qmp"),
          powerSocketPath: at("power"),
          agentSocketPath: at("agent"),
          uefi: { codePath: at("code.fd"), variablesPath: at("vars.fd") },
        },
        acceleration: "tcg",
      });
      const started = spawnSync("qemu-system-x86_64", [...words, "-daemonize"], { encoding: "utf8" });
      expect([started.status, started.stderr]).toEqual([0, ""]);
      const qmp = await connectQmp(at("qmp"), { machine: "web1" });
      const blocks = await qmp.execute<{ qdev: string; inserted: Record<string, string> }[]>("query-block");
      const disks = blocks.filter(({ qdev }) => qdev.startsWith("/machine/peripheral/disk-"));
      expect(
        disks.map(({ qdev, inserted }) => [qdev.split("/")[3], inserted["node-name"], inserted["drv"]]),
      ).toEqual([
        ["disk-os", "os", "raw"],
        ["disk-data", "data", "qcow2"],
        ["disk-log", "log", "raw"],
      ]);
      const bitmap = { node: "data", name: "sr-0", persistent: true };
      expect(await qmp.execute("block-dirty-bitmap-add", bitmap)).toEqual({});
      const power = await connectQmp(at("power"), { machine: "web1" });
      expect(await power.execute("query-status")).toMatchObject({ status: "prelaunch", running: false });
      await power.execute("quit");
      await expect(qmp.waitFor("NEVER")).rejects.toMatchObject({ code: "SourceUnreachable" });
      await expect.poll(() => fs.existsSync(at("pid"))).toBe(false);
      expect(fs.existsSync(at("ack,1"))).toBe(true);
    } finally {
      for (const name of ["daemon.pid", "pid"]) {
        if (fs.existsSync(at(name))) process.kill(Number(fs.readFileSync(at(name), "utf8")), "SIGKILL");
      }
    }
  });
});
