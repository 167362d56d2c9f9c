/** Machines of a simulated vCenter server by the port of machines. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { systemClock } from "../../../provider/clock.ts";
import { folderSnapshots } from "../../../provider/disks/folder-snapshots.ts";
import { vsphereMachines } from "../../../provider/drivers/machines-vsphere/vsphere-machines.ts";
import { settingsOf } from "../../../provider/drivers/machines-vsphere/vsphere-place.ts";
import { isVsphereUri } from "../../../provider/vsphere-uri.ts";
import { vsphereSnapshots } from "../../../provider/drivers/machines-vsphere/vsphere-snapshots.ts";
import { checkMachine } from "../../../provider/machines/check-machine.ts";
import { folderMachines } from "../../../provider/machines/folder-machines.ts";
import { said } from "../../../provider/message.ts";
import { findVirtualMachine } from "../../../provider/vsphere/inventory.ts";
import { writeSetting } from "../../../provider/vsphere/machine-settings.ts";
import { runTask } from "../../../provider/vsphere/tasks.ts";
import { VsphereSession } from "../../../provider/vsphere/vsphere-session.ts";
import { startVcsim, type Vcsim, vcsimMissing } from "../../conformance/servers/vcsim.ts";

const machines = vsphereMachines(folderMachines(localFileSystem), { clock: systemClock });
const uuid = "50214f6a-1111-2222-3333-444444444444";

describe.skipIf(vcsimMissing !== undefined)("machines of a vCenter server (vcsim)", () => {
  let vcsim: Vcsim;
  let inventory: string;
  const placeOf = async (name: string): Promise<string> => (await machines.placeOf(inventory, name))!;
  beforeAll(async () => {
    vcsim = await startVcsim();
    const { file } = vcsim.settings.credentials as { file: string };
    inventory = `vsphere://${vcsim.settings.host}?credentials-file=${file}&ca-file=${vcsim.authorityFile}`;
  }, 600_000);
  afterAll(() => vcsim?.stop());

  /** Does something at the server that the driver does not. */
  const atServer = async (
    name: string,
    work: (session: VsphereSession, machine: Parameters<typeof writeSetting>[1]) => Promise<unknown>,
  ): Promise<void> => {
    const session = new VsphereSession(vcsim.settings, { clock: systemClock });
    try {
      const id = (await placeOf(name)).split("#")[1]!;
      await work(session, (await findVirtualMachine(session, id))!);
    } finally {
      await session.close();
    }
  };

  it("are listed by name, and found in any letter case", async () => {
    expect(await machines.list(inventory)).toEqual([
      "DC0_C0_RP0_VM0",
      "DC0_C0_RP0_VM1",
      "DC0_H0_VM0",
      "DC0_H0_VM1",
    ]);
    const place = await placeOf("dc0_h0_vm1");
    expect(place).toMatch(/#[0-9a-f-]{36}$/);
    expect(place).not.toContain(vcsim.password);
    expect(await machines.nameAt(place)).toBe("DC0_H0_VM1");
    expect(await machines.placeOf(inventory, "web1")).toBeUndefined();
    expect(machines.holdsFiles(place)).toBe(false);
    expect(await machines.tracksEveryWrite(place)).toBe(true);
    expect(await machines.exists(place)).toBe(true);
    expect(await machines.exists(`${inventory}#${uuid}`)).toBe(false);
    await expect(machines.read(`${inventory}#${uuid}`)).rejects.toMatchObject({ code: "NotFound" });
  });

  it("are read, with why they cannot be protected", async () => {
    const place = await placeOf("DC0_H0_VM0");
    const machine = await machines.read(place);
    expect(machine).toMatchObject({
      name: "DC0_H0_VM0",
      folder: place,
      firmware: "bios",
      cpus: 1,
      memoryMiB: 32,
      nics: [{ name: "eth0", network: "DC0_DVPG0" }],
      disks: [
        { id: "disk-204", role: "os", sizeBytes: 10 * 1024 ** 3, path: "[LocalDS_0] DC0_H0_VM0/disk1.vmdk" },
      ],
    });
    expect(checkMachine(machine).join("; ")).toContain("its disks cannot be read");
    expect(machines.definitionOf(machine)).not.toHaveProperty("obstacles");
    expect(machines.definitionOf(machine)).not.toHaveProperty("folder");
  });

  it("are shut down and started, each as often as wanted", async () => {
    const place = await placeOf("DC0_H0_VM1");
    expect(await machines.powerState(place)).toBe("running");
    await machines.shutDown(place);
    await machines.shutDown(place);
    expect(await machines.powerState(place)).toBe("off");
    await machines.start(place);
    await machines.start(place);
    expect(await machines.powerState(place)).toBe("running");
    expect(await machines.whenReady(place, {})).toBeUndefined();
  });

  it("carry a mark, which their clones and what cannot be read are known by", async () => {
    const place = await placeOf("DC0_C0_RP0_VM0");
    expect(await machines.markOf(place)).toBeUndefined();
    const protectedBy = { engineId: "e1", itemId: "/subscriptions/1/x", home: '/home/"me" & <you>' };
    await machines.setMark(place, { machineId: uuid, protectedBy });
    await machines.setMark(place, { machineId: uuid, protectedBy });
    expect(await machines.markOf(place)).toEqual({ machineId: uuid, protectedBy, isOriginal: true });

    // vcsim clones without the settings, so the clone's setting is put there as vCenter does it.
    await atServer("DC0_C0_RP0_VM1", (session, machine) =>
      writeSetting(session, machine, {
        key: "siterecovery.mark",
        value: JSON.stringify({ machineId: uuid, instanceUuid: place.split("#")[1] }),
      }),
    );
    const clone = await placeOf("DC0_C0_RP0_VM1");
    expect(await machines.markOf(clone)).toEqual({ machineId: uuid, isOriginal: false });
    await atServer("DC0_C0_RP0_VM1", (session, machine) =>
      writeSetting(session, machine, { key: "siterecovery.mark", value: "{" }),
    );
    await expect(machines.markOf(clone)).rejects.toMatchObject({ code: "Damaged" });
  });

  it("are refused when two have one name", async () => {
    await atServer("DC0_C0_RP0_VM1", (session, machine) =>
      runTask(session, {
        method: "ReconfigVM_Task",
        target: machine,
        parameters: { spec: { name: "DC0_C0_RP0_VM0" } },
        what: said`rename it`,
      }),
    );
    await expect(machines.placeOf(inventory, "DC0_C0_RP0_VM0")).rejects.toMatchObject({
      code: "DuplicateName",
    });
    expect(await machines.list(inventory)).toEqual(["DC0_C0_RP0_VM0", "DC0_H0_VM0", "DC0_H0_VM1"]);
  });

  it("are neither made nor written nor copied", async () => {
    const place = await placeOf("DC0_H0_VM0");
    const definition = machines.definitionOf(await machines.read(place));
    for (const refused of [
      machines.define(place, definition),
      machines.remove(place),
      machines.requireOwnImages(place, []),
      machines.installMobilityService(place),
    ])
      await expect(refused).rejects.toMatchObject({ code: "PrerequisitesNotMet" });
    await machines.withdraw(place);
    const snapshots = vsphereSnapshots(folderSnapshots({ files: localFileSystem, clock: systemClock }));
    const disk = { machine: place, diskId: "disk-204", path: "[LocalDS_0] DC0_H0_VM0/disk1.vmdk" };
    for (const refused of [
      snapshots.take([[disk]]),
      snapshots.stateOf(disk),
      snapshots.reset(disk),
      snapshots.whileNobodyWrites(disk, () => Promise.resolve()),
    ])
      await expect(refused).rejects.toMatchObject({
        code: "UnsupportedMachine",
        message: expect.stringContaining("VDDK") as string,
      });
    expect(await machines.exists(place)).toBe(true);
  });

  it("are not reachable with another thumbprint or a wrong account, and are not said to be gone", async () => {
    expect(await machines.isReachable(inventory)).toBe(true);
    const other = inventory.replace(/&ca-file=.*/, `&thumbprint=${"00".repeat(32)}`);
    expect(await machines.isReachable(other)).toBe(false);
    expect(await machines.isReachable("vsphere://127.0.0.1:1?credentials-env=NOT_SET")).toBe(false);
    await expect(machines.list("vsphere://127.0.0.1:1?credentials-env=NOT_SET")).rejects.toMatchObject({
      code: "SourceUnreachable",
    });
  });
});

describe("a place of vSphere", () => {
  it("says how its server is reached", () => {
    expect(isVsphereUri("/machines/hv1")).toBe(false);
    expect(isVsphereUri("qemu:///system")).toBe(false);
    const thumbprint = "AB".repeat(32);
    expect(settingsOf(`vsphere://vc.example.org:8443?credentials-env=VC&thumbprint=${thumbprint}`)).toEqual({
      host: "vc.example.org:8443",
      credentials: { environmentVariable: "VC" },
      thumbprint,
    });
    expect(settingsOf("vsphere://10.0.0.5?credentials-file=/etc/vc&ca-file=/etc/ca.pem")).toEqual({
      host: "10.0.0.5",
      credentials: { file: "/etc/vc" },
      certificateAuthorityFile: "/etc/ca.pem",
    });
  });

  it.each([
    ["vsphere://vc", "must name the account"],
    ["vsphere://vc?credentials-file=/a&credentials-env=B", "must name the account"],
    ["vsphere://vc?credentials-file=a", "must have an absolute path"],
    ["vsphere://vc?credentials-env=A&credentials-env=B", "twice"],
    ["vsphere://vc?credentials-env=A&password=secret-1", "may say no more than"],
    ["vsphere://root:secret-1@vc?credentials-env=A", "has an account in it"],
    ["vsphere://vc/sdk?credentials-env=A", "no path"],
  ])("%s is refused", (inventory, why) => {
    expect(() => settingsOf(inventory)).toThrow(why);
    try {
      settingsOf(inventory);
    } catch (error) {
      expect(String(error)).not.toContain("secret-1");
    }
  });
});
