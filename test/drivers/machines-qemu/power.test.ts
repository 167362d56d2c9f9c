import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeWith } from "../../qemu/installed.ts";
import { bootSectorLine } from "../../../provider/qemu/boot-sector.ts";
import { guestParts } from "../../qemu/small-guest.ts";
import { GuestSite, newMachines, processesOf, programs } from "./guest-site.ts";

let site: GuestSite;
beforeEach(() => {
  site = new GuestSite();
});
afterEach(() => site.remove());

describeWith(programs, "a machine that QEMU runs", () => {
  it("is off, runs, is found by another driver, shuts down, and is removed with its QEMU", async () => {
    const { machines } = site;
    const web1 = site.make();
    expect(await machines.powerState(web1)).toBe("off");
    expect(await machines.tracksEveryWrite(web1)).toBe(true);
    for (let time = 0; time < 2; time += 1) await machines.start(web1);
    expect(processesOf(web1)).toHaveLength(1);
    const other = newMachines();
    expect(await other.powerState(web1)).toBe("running");
    expect(await other.placeOf(site.folder, "WEB1")).toBe(web1);
    await other.shutDown(web1);
    await machines.shutDown(web1);
    expect(await machines.powerState(web1)).toBe("off");
    expect(processesOf(web1)).toEqual([]);
    await machines.start(web1);
    for (let time = 0; time < 2; time += 1) await other.remove(web1);
    expect(processesOf(web1)).toEqual([]);
    expect(fs.existsSync(web1)).toBe(false);
  });

  it("stays what its machine.yaml says: beside it, a machine of a folder has its power in a file", async () => {
    const { machines } = site;
    const web1 = site.make();
    const db1 = site.make("db1", { qemu: undefined });
    expect(await machines.list(site.folder)).toEqual(["db1", "web1"]);
    expect(await machines.tracksEveryWrite(db1)).toBe(false);
    await machines.shutDown(db1);
    await machines.start(db1);
    expect(await machines.whenReady(db1, {})).toBeUndefined();
    expect([await machines.powerState(db1), await machines.powerState(web1)]).toEqual(["running", "off"]);
    expect(processesOf(site.folder)).toEqual([]);
  });

  it("that was killed is off, and starts again", async () => {
    const { machines } = site;
    const web1 = site.make();
    await machines.start(web1);
    const guest = site.guest(web1);
    guest.signal("SIGKILL");
    await guest.hasEnded(20_000);
    expect(await machines.powerState(web1)).toBe("off");
    await machines.start(web1);
    expect(await machines.powerState(web1)).toBe("running");
    const again = site.guest(web1);
    again.signal("SIGKILL");
    await again.hasEnded(20_000);
    await machines.remove(web1);
    expect(fs.existsSync(path.dirname(again.sockets.qmp))).toBe(false);
  });

  it("is not started on an image that QEMU cannot use as a disk", async () => {
    const web1 = site.make();
    fs.truncateSync(path.join(web1, "os.img"), 1000);
    await expect(site.machines.start(web1)).rejects.toMatchObject({ code: "UnsupportedMachine" });
    expect(await site.machines.powerState(web1)).toBe("off");
  });

  it("is not started twice by a driver that is told to do both at once", async () => {
    const web1 = site.make();
    const both = await Promise.allSettled([newMachines().start(web1), newMachines().start(web1)]);
    expect(both.some(({ status }) => status === "fulfilled")).toBe(true);
    expect(processesOf(web1)).toHaveLength(1);
  });

  it("is described to QEMU as what it is: its own id, its channels, and a drill's without a way out", async () => {
    const ports = { forwards: [{ hostPort: 18_099, guestPort: 80 }], channels: ["app.ack"] };
    const web1 = site.make("web1", { qemu: { acceleration: "tcg", shutDownSeconds: 1, ...ports } });
    const machineId = "6f1c2bdc-2e1f-4b4e-8a55-3d1ad7b9f0aa";
    const madeBy = { engineId: "e", itemId: "i", purpose: "test", jobId: "j" } as const;
    await site.machines.setMark(web1, { machineId, madeBy });
    await site.machines.start(web1);
    const [line] = processesOf(web1);
    expect(line).toContain(machineId);
    expect(line).toContain("restrict=on");
    expect(line).not.toContain("18099");
    expect(fs.existsSync(path.join(web1, "qemu", "app.ack.log"))).toBe(true);
  });
});

describeWith(programs, "a drill's machine with an address", () => {
  it("has it in its network, which leads nowhere, and forwarded ports lead there", async () => {
    const nics = [{ name: "eth0", network: "drill", ipAddress: "10.20.0.4" }];
    const qemu = { acceleration: "tcg", shutDownSeconds: 1, forwards: [{ hostPort: 18_099, guestPort: 80 }] };
    const web1 = site.make("web1", { nics, qemu });
    const madeBy = { engineId: "e", itemId: "i", purpose: "test", jobId: "j" } as const;
    await site.machines.setMark(web1, { machineId: "6f1c2bdc-2e1f-4b4e-8a55-3d1ad7b9f0aa", madeBy });
    await site.machines.start(web1);
    const guest = site.guest(web1);
    const question = { "command-line": "info usernet" };
    const listed = await guest.withPower((qmp) => qmp.execute<string>("human-monitor-command", question));
    expect(listed).toMatch(new RegExp(`HOST_FORWARD.* ${guest.hostPortOf(80)} +10\\.20\\.0\\.4 +80`));
    // It says nothing of itself; where its network leads is tried all the same.
    const evidence = await site.machines.whenReady(web1, {});
    expect(evidence).toMatchObject({ probes: [], isolation: { result: "proven" } });
    const picture = Buffer.from(evidence!.screenPng!, "base64");
    expect(picture.subarray(1, 4).toString("latin1")).toBe("PNG");
    expect(path.join(web1, "qemu", "screen.png")).not.toSatisfy(fs.existsSync);
  });
});

describeWith(programs, "the word of a guest", () => {
  it("is awaited, and kept with what its console says", async () => {
    const web1 = site.make("web1", { ready: { console: "a guest runs", withinSeconds: 60 } });
    await site.machines.start(web1);
    const told: string[] = [];
    const evidence = await site.machines.whenReady(web1, { report: (line) => told.push(line) });
    expect(evidence?.word).toContain(bootSectorLine);
    expect(evidence?.consoleLines.join("\n")).toContain(bootSectorLine);
    expect(evidence?.readyAfterSeconds).toBeGreaterThanOrEqual(0);
    expect(told).toEqual([
      "wait for the word of web1, 60 s at most",
      expect.stringMatching(/^web1: word on the console, after [\d.]+ s$/),
    ]);
  });

  it("that does not come in time is an error with the last lines of the console", async () => {
    const web1 = site.make("web1", { ready: { console: "^READY", withinSeconds: 4 } });
    await site.machines.start(web1);
    const waiting = site.machines.whenReady(web1, {});
    await expect(waiting).rejects.toMatchObject({ code: "JobFailed", target: "web1" });
    await expect(waiting).rejects.toThrow(/\/\^READY\/ .*in 4 s\. The last lines[^]*a guest runs here/);
  });

  it("is not awaited from a machine that says nothing of it", async () => {
    const web1 = site.make();
    await site.machines.start(web1);
    expect(await site.machines.whenReady(web1, {})).toBeUndefined();
  });

  it("is not awaited from a machine that does not run, nor past a stop", async () => {
    const web1 = site.make("web1", { ready: { console: "^READY" } });
    await expect(site.machines.whenReady(web1, {})).rejects.toMatchObject({ code: "JobFailed" });
    await site.machines.start(web1);
    const stop = new AbortController();
    const waiting = site.machines.whenReady(web1, { signal: stop.signal });
    stop.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
  });

  it("by a check needs the guest's agent, and a guest without one has said nothing", async () => {
    const web1 = site.make("web1", { ready: { check: ["/bin/true"], withinSeconds: 2 } });
    await site.machines.start(web1);
    await expect(site.machines.whenReady(web1, {})).rejects.toThrow(/web1/);
    expect(await site.machines.powerState(web1)).toBe("running");
    expect(guestParts.files.exists(path.join(web1, "qemu", "console.log"))).toBe(true);
  });
});
