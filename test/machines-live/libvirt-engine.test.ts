/** A libvirt domain, protected, drilled and failed over to a host with QEMU, by the engine with its real drivers. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { quiet } from "../engine/fixture.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { describeWith } from "../qemu/installed.ts";
import { endProcessesOf } from "../qemu/small-guest.ts";
import { newMachines } from "../drivers/machines-qemu/guest-site.ts";
import { libvirtPrograms, SessionLibvirt } from "./session-libvirt.ts";

describeWith(libvirtPrograms, "a libvirt domain, under the engine", () => {
  let libvirt: SessionLibvirt;
  let site: FlowSite;
  let place: string;
  beforeEach(async () => {
    libvirt = await SessionLibvirt.start();
    place = libvirt.define("web1");
    await libvirt.machines().start(place);
    site = await FlowSite.make({ flow: "S3", machines: [], inventory: libvirt.uri });
  });
  afterEach(async () => {
    await endProcessesOf(site.folder);
    site.remove();
    await libvirt.close();
  });

  const filledWith = (image: string, block: number): number =>
    fs.readFileSync(image)[block * blockSizeBytes]!;
  const replicate = (): Promise<unknown> => site.engine.replicate(site.itemId(), quiet);

  it("is found, protected while it runs, and its deltas are what the guest has written", async () => {
    const { items } = await site.engine.hosts.protectableItems();
    expect(items.map(({ name, problems }) => ({ name, problems }))).toEqual([{ name: "web1", problems: [] }]);
    await site.protect();
    expect(await libvirt.machines().markOf(place)).toMatchObject({ isOriginal: true, protectedBy: {} });
    libvirt.write("web1", 9, 1);
    const cycle = await replicate();
    expect(cycle).toMatchObject({ blocksSent: 1 });
    expect(cycle).not.toHaveProperty("resyncReason");
    await libvirt.machines().shutDown(place);
    expect(await replicate()).toMatchObject({ blocksSent: 0 });
    expect(await libvirt.machines().powerState(place)).toBe("off");
    await handlerOf("protected-item", site.engine).delete(site.itemId(), quiet);
    expect(await libvirt.machines().markOf(place)).not.toHaveProperty("protectedBy");
  });

  it("goes out to a host with QEMU with all that was written, and no way back writes to its disks", async () => {
    await site.protect();
    libvirt.write("web1", 9, 1);
    await site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
    const { folder } = site.item().details.recoveryMachine!;
    expect(await libvirt.machines().powerState(place)).toBe("off");
    expect(await newMachines().powerState(folder)).toBe("running");
    expect(filledWith(path.join(folder, "vda.img"), 9)).toBe(1);
    await site.engine.moves.commit(site.itemId(), quiet);
    expect(site.item().activeLocation).toBe("recovery");
    const back = site.engine.moves.failback(site.itemId(), quiet);
    await expect(back).rejects.toMatchObject({ code: "PrerequisitesNotMet" });
    await expect(back).rejects.toThrow("libvirt");
    expect(site.item().activeLocation).toBe("recovery");
    expect(await libvirt.machines().powerState(place)).toBe("off");
    expect(await newMachines().powerState(folder)).toBe("running");
  });

  it("fails over without its hypervisor, which is then said to be silent and not gone", async () => {
    await site.protect();
    await libvirt.stop();
    expect((await site.engine.hosts.protectableItems()).unreachable).toMatchObject([{ folder: libvirt.uri }]);
    await expect(replicate()).rejects.toMatchObject({ code: "SourceUnreachable" });
    await site.engine.moves.failover(site.itemId(), { kind: "unplanned", recoveryPoint: "latest" }, quiet);
    expect(site.item()).toMatchObject({ activeLocation: "recovery", details: { isSourceUnfenced: true } });
  });
});
