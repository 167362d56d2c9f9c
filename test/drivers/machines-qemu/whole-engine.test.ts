/** A machine that QEMU runs, protected, drilled, moved out and back, by the engine with its real drivers. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { qemuPlaceOf, runningGuest } from "../../../provider/drivers/machines-qemu/qemu-place.ts";
import { blockSizeBytes } from "../../../provider/disks/disk.ts";
import type { GuestProcess } from "../../../provider/qemu/guest-process.ts";
import { quiet } from "../../engine/fixture.ts";
import { FlowSite } from "../../engine/flow-site.ts";
import { describeWith } from "../../qemu/installed.ts";
import { endProcessesOf, guestParts } from "../../qemu/small-guest.ts";
import {
  bootImage,
  byQemu,
  newInstantStart,
  newMachines,
  processesOf,
  programs,
  serversOf,
  writeInGuest,
} from "./guest-site.ts";

let site: FlowSite;
const machines = newMachines();

async function make(word: string): Promise<void> {
  const machine = { ...byQemu, ready: { console: word, withinSeconds: 3 } };
  site = await FlowSite.make({ flow: "S3", content: bootImage(), machine });
  await machines.start(source());
}

const source = (): string => path.dirname(site.image());
const guestOf = (folder: string): GuestProcess => {
  const place = qemuPlaceOf(guestParts.files, folder);
  return runningGuest(guestParts, place!)!;
};
const write = (folder: string, block: number, fill: number): Promise<void> =>
  writeInGuest(guestOf(folder), "os", `write -P ${fill} ${block * blockSizeBytes} 64k`);
const filledWith = (image: string, block: number): number => {
  const bytes = fs.readFileSync(image).subarray(block * blockSizeBytes, (block + 1) * blockSizeBytes);
  expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
  return bytes[0]!;
};

beforeEach(() => make("a guest runs here"));
afterEach(async () => {
  await endProcessesOf(site.folder);
  site.remove();
});

describeWith(programs, "a machine that QEMU runs, under the engine", () => {
  const drill = (): Promise<{ id: string }> =>
    handlerOf("drill", site.engine).create(
      {
        resourceGroupName: "dr",
        resourceName: "dr-vault",
        drillName: "rehearsal",
        protectedItemId: site.itemId(),
        networkId: site.ids.get("drill network")!,
      },
      quiet,
    );

  it("is protected while it runs, and its deltas are what the guest has written", async () => {
    await site.protect();
    await write(source(), 9, 1);
    const cycle = await site.engine.replicate(site.itemId(), quiet);
    expect(cycle).toMatchObject({ blocksSent: 1 });
    expect(cycle).not.toHaveProperty("resyncReason");
    await machines.shutDown(source());
    expect(await site.engine.replicate(site.itemId(), quiet)).toMatchObject({ blocksSent: 0 });
    await machines.start(source());
    expect(await site.engine.replicate(site.itemId(), quiet)).toMatchObject({ blocksSent: 0 });
  });

  it("is drilled by a copy that boots and says its word; the clean-up leaves no process of it", async () => {
    await site.protect();
    await write(source(), 9, 1);
    await site.engine.replicate(site.itemId(), quiet);
    const { id } = await drill();
    const { testMachine } = site.item().details;
    expect(testMachine!.guest!.word).toContain("a guest runs here");
    expect(testMachine!.guest!.isolation).toMatchObject({ result: "proven" });
    // Its disks were never copied: the evidence is of the recovery point that it runs from.
    expect(testMachine!.evidence).toMatchObject([{ diskId: "os", sha256: site.hash(site.image()) }]);
    expect(newInstantStart().stateOf(testMachine!.folder)).toMatchObject({ isKept: false, percent: 0 });
    expect(await machines.powerState(testMachine!.folder)).toBe("running");
    expect(processesOf(testMachine!.folder)).toHaveLength(1);
    expect(serversOf(testMachine!.folder)).toHaveLength(1);
    await handlerOf("drill", site.engine).delete(id, quiet);
    expect(processesOf(testMachine!.folder)).toEqual([]);
    expect(serversOf(testMachine!.folder)).toEqual([]);
    expect(fs.existsSync(testMachine!.folder)).toBe(false);
    expect(await machines.powerState(source())).toBe("running");
  });

  it("goes out by a planned failover, and comes back, with what was written at each side", async () => {
    await site.protect();
    await write(source(), 9, 1);
    await site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
    const replica = path.dirname(site.replica());
    expect([await machines.powerState(source()), await machines.powerState(replica)]).toEqual([
      "off",
      "running",
    ]);
    // The commit waits until the disks are moved out of the recovery point.
    await site.engine.moves.commit(site.itemId(), quiet);
    expect(newInstantStart().stateOf(replica)).toBeUndefined();
    expect(filledWith(site.replica(), 9)).toBe(1);
    await write(replica, 10, 2);
    await site.engine.moves.failback(site.itemId(), quiet);
    expect([await machines.powerState(source()), await machines.powerState(replica)]).toEqual([
      "running",
      "off",
    ]);
    expect([filledWith(site.image(), 9), filledWith(site.image(), 10)]).toEqual([1, 2]);
    await site.engine.moves.commit(site.itemId(), quiet);
    await site.engine.moves.reverseReplicate(site.itemId(), quiet);
    expect(site.item().state).toBe("Protected");
    await write(source(), 11, 3);
    expect(await site.engine.replicate(site.itemId(), quiet)).toMatchObject({ blocksSent: 1 });
    await machines.shutDown(source());
    expect(processesOf(site.folder)).toEqual([]);
  });
});

describeWith(programs, "a machine whose copy does not say its word", () => {
  it("fails its drill with the console's last lines, and leaves no process of it", async () => {
    await endProcessesOf(site.folder);
    site.remove();
    await make("^READY");
    await site.protect();
    const networkId = site.ids.get("drill network")!;
    const inputs = {
      resourceGroupName: "dr",
      resourceName: "dr-vault",
      drillName: "rehearsal",
      protectedItemId: site.itemId(),
      networkId,
    };
    const failing = handlerOf("drill", site.engine).create(inputs, quiet);
    await expect(failing).rejects.toThrow(/has not written \/\^READY\/[^]*a guest runs here/);
    expect(processesOf(site.folder)).toHaveLength(1);
    expect(fs.globSync("home/azure/*/*-test", { cwd: site.folder })).toEqual([]);
    expect(site.item().testFailoverState).toBe("None");
  });
});
