/** Where a network of QEMU's leads, tried with real packets; no guest takes part in it. */
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { WithMonitor } from "../../provider/qemu/frame-port.ts";
import { hubArguments } from "../../provider/qemu/network-arguments.ts";
import { Station } from "../../provider/qemu/network-frames.ts";
import { addressesAround, defaultAddresses } from "../../provider/qemu/user-network-addresses.ts";
import { proveIsolation } from "../../provider/qemu/prove-isolation.ts";
import { connectQmp } from "../../provider/qemu/qmp.ts";
import { describeWith } from "./installed.ts";
import { guestParts } from "./small-guest.ts";

const addresses = defaultAddresses;
const parts = { ...guestParts, signal: undefined };
let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "iso-"));
});
afterEach(() => {
  child?.kill("SIGKILL");
  child = undefined;
  vi.unstubAllEnvs();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** A QEMU without a machine that has a network on a hub, as an isolated machine's has. */
function start(network: readonly string[]): WithMonitor {
  const socket = path.join(folder, "qmp");
  const words = [
    "-M",
    "none",
    "-nodefaults",
    "-display",
    "none",
    "-qmp",
    `unix:${socket},server=on,wait=off`,
  ];
  child = spawn("qemu-system-x86_64", [...words, ...network], { stdio: "ignore" });
  return async (work) => {
    const qmp = await connectQmp(socket, { machine: "web1", timeoutMs: 100_000 });
    try {
      return await work(qmp);
    } finally {
      qmp.close();
    }
  };
}

const networks = async (withMonitor: WithMonitor): Promise<string> =>
  withMonitor((qmp) => qmp.execute("human-monitor-command", { "command-line": "info network" }));

describeWith(["qemu-system-x86_64"], "the isolation of a network", () => {
  it("is proven beside a control that reaches this computer, and leaves nothing behind", async () => {
    const withMonitor = start(hubArguments({ isIsolated: true, forwards: [] }));
    const before = await networks(withMonitor);
    for (let time = 0; time < 2; time += 1) {
      const found = await proveIsolation(
        { machine: "web1", socketFolder: folder, withMonitor, addresses },
        parts,
        folder,
      );
      expect(found).not.toHaveProperty("because");
      expect(found).toMatchObject({
        result: "proven",
        control: expect.stringMatching(/reached this computer by TCP and UDP/) as string,
        found: expect.stringMatching(/refused the connection, and nothing came/) as string,
      });
    }
    expect(await networks(withMonitor)).toBe(before);
    expect(fs.readdirSync(folder)).toEqual(["qmp"]);
  });

  it("that a network has not is an error that names the machine", async () => {
    const withMonitor = start(hubArguments({ isIsolated: false, forwards: [] }));
    const proving = proveIsolation(
      { machine: "web1", socketFolder: folder, withMonitor, addresses },
      parts,
      folder,
    );
    await expect(proving).rejects.toMatchObject({ code: "JobFailed", target: "web1" });
    await expect(proving).rejects.toThrow(
      "The test machine web1 is not isolated: its network leads to this computer",
    );
  });

  it("is not proven by silence: a wire without an answer shows nothing", async () => {
    const withMonitor = start([]);
    expect(
      await proveIsolation(
        { machine: "web1", socketFolder: folder, withMonitor, addresses },
        parts,
        folder,
        2000,
      ),
    ).toEqual({
      result: "notProven",
      because: "the machine's network did not answer, so that its silence shows nothing",
    });
  });

  it("is not proven where no control can be started, and the reason is said", async () => {
    const withMonitor = start(hubArguments({ isIsolated: true, forwards: [] }));
    vi.stubEnv("PATH", folder);
    const found = await proveIsolation(
      { machine: "web1", socketFolder: folder, withMonitor, addresses },
      parts,
      folder,
    );
    expect(found).toMatchObject({
      result: "notProven",
      because: expect.stringMatching(/^QEMU cannot be started: .*ENOENT/) as string,
    });
  });
});

describe("the addresses around a machine's", () => {
  it("are in its network, and leave it its own", () => {
    expect(addressesAround("10.1.2.4")).toEqual({
      ...{ network: "10.1.2.0/24", host: "10.1.2.253", nameServer: "10.1.2.252", station: "10.1.2.251" },
      machine: "10.1.2.4",
    });
    expect(addressesAround("10.1.2.253")).toMatchObject({ host: "10.1.2.252", station: "10.1.2.250" });
    for (const none of ["fd00::1", "10.1.2.0", "10.1.2.255", "10.1.2"])
      expect(addressesAround(none)).toBeUndefined();
  });
});

describe("a frame", () => {
  it("is an answer only if it is for the station and its port", () => {
    const station = new Station(defaultAddresses);
    expect(station.answerIn(station.arpQuestion(), 1)).toBeUndefined();
    expect(station.answerIn(station.connectionRequest(1, 2), 1)).toBeUndefined();
    expect(station.answerIn(Buffer.alloc(0), 1)).toBeUndefined();
    // QEMU's own words, as it said them to port 40001.
    const mac = "02000000006352550a000202";
    const address = "0a0002020a000263";
    const refusal = `${mac}08004500002800000000ff06a36b${address}ae8b9c4100000000000003e95014000048b60000`;
    const acceptance = `${mac}08004500002c00000000400662680a0002020a00026388cf9c410000fa01000003e96012ffff5cb60000020405b4`;
    expect(station.answerIn(Buffer.from(refusal, "hex"), 40_001)).toBe("refused");
    expect(station.answerIn(Buffer.from(refusal, "hex"), 40_002)).toBeUndefined();
    expect(station.answerIn(Buffer.from(acceptance, "hex"), 40_001)).toBe("accepted");
    const card = `${mac}0806000108000604000252550a0002020a000202020000000063`;
    expect(station.answerIn(Buffer.from(`${card}0a000263`, "hex"), 1)).toBe("arp");
    expect(station.answerIn(Buffer.from(`${card}0a00020f`, "hex"), 1)).toBeUndefined();
  });
});
