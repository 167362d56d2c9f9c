/** What the port of machines promises, of domains of a libvirt that runs. */
import fs from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../qemu/installed.ts";
import { diskSizeBytes } from "../drivers/machines-qemu/guest-site.ts";
import { libvirtPrograms, SessionLibvirt } from "./session-libvirt.ts";

describeWith(libvirtPrograms, "machines that libvirt runs", () => {
  let libvirt: SessionLibvirt;
  beforeAll(async () => {
    libvirt = await SessionLibvirt.start();
  });
  afterAll(() => libvirt?.close());

  it("are listed sorted, found by their names in any letter case, and read with their disks' sizes", async () => {
    const machines = libvirt.machines();
    expect(await machines.list(libvirt.uri)).toEqual([]);
    const web1 = libvirt.define("web1", { disks: ["vda", "vdb"] });
    const app1 = libvirt.define("app1");
    expect(await machines.list(libvirt.uri)).toEqual(["app1", "web1"]);
    expect(await machines.placeOf(libvirt.uri, "WEB1")).toBe(web1);
    for (const name of ["db1", web1, "../web1"])
      expect(await machines.placeOf(libvirt.uri, name)).toBeUndefined();
    expect(await machines.nameAt(app1)).toBe("app1");
    const { disks, qemu } = await machines.read(web1);
    expect(disks.map(({ id, sizeBytes }) => ({ id, sizeBytes }))).toEqual([
      { id: "vda", sizeBytes: diskSizeBytes },
      { id: "vdb", sizeBytes: diskSizeBytes },
    ]);
    expect(qemu).toBeDefined();
  });

  it("keep a mark through a rename and while they run, and a clone of one is known", async () => {
    const web2 = libvirt.define("web2");
    const machines = libvirt.machines();
    expect(await machines.markOf(web2)).toBeUndefined();
    const mark = {
      machineId: "6f1c2bdc-2e1f-4b4e-8a55-3d1ad7b9f0aa",
      protectedBy: { engineId: "e", itemId: "i", home: "/srv/<dr> & 'co'" },
    };
    for (let time = 0; time < 2; time += 1) await machines.setMark(web2, mark);
    libvirt.virsh("domrename", "web2", "web3");
    expect(await machines.markOf(web2)).toEqual({ ...mark, isOriginal: true });
    expect(await machines.nameAt(web2)).toBe("web3");
    const clone = libvirt
      .virsh("dumpxml", "web3", "--inactive")
      .replace("<name>web3</name>", "<name>clone</name>")
      .replace(/<uuid>.*<\/uuid>/, "");
    fs.writeFileSync(`${libvirt.folder}/clone.xml`, clone);
    libvirt.virsh("define", `${libvirt.folder}/clone.xml`);
    const copy = (await machines.placeOf(libvirt.uri, "clone"))!;
    expect(await machines.markOf(copy)).toEqual({ ...mark, isOriginal: false });
    await machines.start(web2);
    await machines.setMark(web2, { machineId: mark.machineId });
    expect(await machines.markOf(web2)).toEqual({ machineId: mark.machineId, isOriginal: true });
    await machines.shutDown(web2);
    expect(await libvirt.machines().markOf(web2)).toEqual({ machineId: mark.machineId, isOriginal: true });
  });

  it("start and shut down, each of them twice, and another process sees it", async () => {
    const web4 = libvirt.define("web4");
    for (const [turn, power] of [
      ["start", "running"],
      ["shutDown", "off"],
    ] as const) {
      for (let time = 0; time < 2; time += 1) await libvirt.machines()[turn](web4);
      expect(await libvirt.machines().powerState(web4)).toBe(power);
    }
  });

  it("are there or gone by their ids", async () => {
    const web5 = libvirt.define("web5");
    expect(await libvirt.machines().exists(web5)).toBe(true);
    libvirt.virsh("undefine", "web5");
    expect(await libvirt.machines().exists(web5)).toBe(false);
    expect(await libvirt.machines().markOf(web5)).toBeUndefined();
  });
});
