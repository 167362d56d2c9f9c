/** Domains by recorded answers of virsh 9.0; what a libvirt itself does is tried in test/machines-live. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { systemClock } from "../../../provider/clock.ts";
import { backupXml } from "../../../provider/drivers/machines-libvirt/backup-job.ts";
import { checkpointXml, readCheckpoints } from "../../../provider/drivers/machines-libvirt/checkpoints.ts";
import { domainAt } from "../../../provider/drivers/machines-libvirt/domain-place.ts";
import { libvirtHooks } from "../../../provider/drivers/machines-libvirt/libvirt-hooks.ts";
import { libvirtMachines } from "../../../provider/drivers/machines-libvirt/libvirt-machines.ts";
import { libvirtSnapshots } from "../../../provider/drivers/machines-libvirt/libvirt-snapshots.ts";
import { folderSnapshots } from "../../../provider/disks/folder-snapshots.ts";
import { folderMachines } from "../../../provider/machines/folder-machines.ts";
import { commandHooks } from "../../../provider/machines/machine-hooks.ts";
import { hypervisorUriProblem, isHypervisorUri } from "../../../provider/hypervisor-uri.ts";
import type { Machine } from "../../../provider/ports/machines.ts";
import { systemRandom } from "../../../provider/random.ts";
import { RecordedVirsh } from "./recorded-virsh.ts";

const uuid = "b6cbc6c3-19e8-4733-ba55-36dac1ad5202";
const uri = "qemu:///system";
const place = `${uri}#${uuid}`;

const disk = (target: string, more = "", format = "qcow2"): string => `<disk type='file' device='disk'>
  <driver name='qemu' type='${format}'/><source file='/images/${target}.qcow2'/><target dev='${target}' bus='virtio'/>${more}</disk>`;
const domain = (devices: string, metadata = ""): string => `<domain type='kvm'>
  <name>web &amp; 1</name><uuid>${uuid}</uuid><metadata>${metadata}</metadata>
  <memory unit='KiB'>2097152</memory><vcpu placement='static'>2</vcpu>
  <os firmware='efi'><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><devices>${devices}</devices></domain>`;
const libosinfo =
  '<libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0"><libosinfo:os id="http://debian.org/debian/12"/></libosinfo:libosinfo>';
const whole = domain(
  `${disk("vdb")}${disk("vda", "<boot order='1'/>")}
   <disk type='file' device='cdrom'><source file='/iso/debian.iso'/><target dev='sda' bus='sata'/><readonly/></disk>
   ${disk("vdc", "<shareable/>", "raw")}
   <interface type='network'><mac address='52:54:00:13:47:C1'/><source network='production'/></interface>`,
  libosinfo,
);
const sizes =
  " vda   8388608    221184       458784\n vdb   16777216   221184       458784\n vdc 1 1 1\n sda   -  -  -";

let virsh: RecordedVirsh;
const machines = libvirtMachines(folderMachines(localFileSystem), { clock: systemClock, askedMs: 0 });

beforeEach(() => {
  virsh = new RecordedVirsh({
    version: "Using library: libvirt 9.0.0",
    list: `${uuid} web & 1\n0c5f1a3e-0000-4000-8000-000000000001 app 1`,
    domname: "web & 1",
    dumpxml: whole,
    domblkinfo: sizes,
    domstate: "running",
  });
});
afterEach(() => virsh.close());

describe("the domains of a libvirt", () => {
  it("are listed and found by their names, and have places of their own", async () => {
    expect(await machines.isReachable(uri)).toBe(true);
    expect(await machines.list(uri)).toEqual(["app 1", "web & 1"]);
    expect(await machines.placeOf(uri, "WEB & 1")).toBe(place);
    expect(await machines.placeOf(uri, "web2")).toBeUndefined();
    expect(await machines.nameAt(place)).toBe("web & 1");
    expect(machines.holdsFiles(place)).toBe(false);
    expect(machines.holdsFiles("/machines/hv1")).toBe(true);
    expect(virsh.asked()[1]).toBe("list --all --persistent --uuid --name");
  });

  it("are machines that QEMU can run elsewhere, without what they share or only read", async () => {
    const machine = await machines.read(place);
    expect(machine).toEqual({
      folder: place,
      name: "web & 1",
      guestOs: { family: "linux", name: "Debian", version: "12" },
      firmware: "uefi",
      cpus: 2,
      memoryMiB: 2048,
      qemu: {},
      nics: [{ name: "eth0", network: "production", macAddress: "52:54:00:13:47:c1" }],
      disks: [
        { id: "vdb", file: "vdb.img", role: "data", path: "/images/vdb.qcow2", sizeBytes: 16_777_216 },
        { id: "vda", file: "vda.img", role: "os", path: "/images/vda.qcow2", sizeBytes: 8_388_608 },
      ],
    });
    expect(machines.definitionOf(machine).disks).toEqual([
      { id: "vdb", file: "vdb.img", role: "data" },
      { id: "vda", file: "vda.img", role: "os" },
    ]);
  });

  it("carry a mark in their metadata, which a clone has as a copy", async () => {
    expect(await machines.markOf(place)).toBeUndefined();
    virsh.answer("metadata", "");
    await machines.setMark(place, { machineId: `a"<&'b` });
    const set = virsh.asked().at(-1)!;
    expect(set).toContain(`metadata ${uuid} urn:siterecovery:machine-mark:1 --key siterecovery --set `);
    expect(set.endsWith("--config")).toBe(true);
    const [xml] = /<machine-mark.*<\/machine-mark>/.exec(set)!;
    const inDomain = xml.replaceAll("machine-mark", "siterecovery:machine-mark");
    virsh.answer("dumpxml", domain("", inDomain));
    expect(await machines.markOf(place)).toEqual({ machineId: `a"<&'b`, isOriginal: true });
    expect(await machines.markOf(`${uri}#0c5f1a3e-0000-4000-8000-000000000001`)).toMatchObject({
      isOriginal: false,
    });
    virsh.answer("dumpxml", domain("", "<x:machine-mark>{</x:machine-mark>"));
    await expect(machines.markOf(place)).rejects.toMatchObject({ code: "Damaged" });
  });

  it("that do not answer are unknown, and are not gone", async () => {
    const silent = {
      error:
        "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory",
    };
    for (const command of ["version", "list", "domname", "dumpxml", "domstate"])
      virsh.answer(command, silent);
    expect(await machines.isReachable(uri)).toBe(false);
    for (const ask of [
      () => machines.list(uri),
      () => machines.placeOf(uri, "web1"),
      () => machines.exists(place),
      () => machines.markOf(place),
    ])
      await expect(ask()).rejects.toMatchObject({ code: "SourceUnreachable" });
    virsh.answer("domname", { error: `error: failed to get domain '${uuid}'` });
    expect(await machines.exists(place)).toBe(false);
  });

  it("are not written: no move makes, overwrites or removes one", async () => {
    const refused = { code: "PrerequisitesNotMet" };
    const { definitionOf } = machines;
    const machine = await machines.read(place);
    await expect(machines.requireOwnImages(place, machine.disks)).rejects.toMatchObject(refused);
    await expect(machines.define(place, definitionOf(machine))).rejects.toMatchObject(refused);
    await expect(machines.remove(place)).rejects.toMatchObject(refused);
    const ports = { files: localFileSystem, clock: systemClock, random: systemRandom };
    const snapshots = libvirtSnapshots(folderSnapshots(ports), { ...ports, folder: virsh.folder });
    const source = { machine: place, diskId: "vda", path: place };
    await expect(snapshots.reset(source)).rejects.toMatchObject(refused);
    await expect(snapshots.whileNobodyWrites(source, () => Promise.resolve(1))).rejects.toMatchObject(
      refused,
    );
    const far = { ...source, machine: `qemu+ssh://root@kvm1/system#${uuid}` };
    await expect(snapshots.take([[far]])).rejects.toThrow("Run siterecovery there");
    await expect(snapshots.stateOf(far)).rejects.toMatchObject(refused);
  });
});

describe("the power of a domain", () => {
  it("is off only where no QEMU has its disks", async () => {
    for (const [state, power] of [
      ["running", "running"],
      ["paused", "running"],
      ["shut off", "off"],
      ["crashed", "off"],
    ] as const) {
      virsh.answer("domstate", state);
      expect(await machines.powerState(place)).toBe(power);
    }
  });

  it("goes off by the agent, by ACPI, and at last by force", async () => {
    virsh.answer("shutdown", {
      error: "error: Guest agent is not responding: QEMU guest agent is not connected",
    });
    virsh.answer("destroy", "");
    await machines.shutDown(place);
    expect(virsh.asked().filter((line) => !line.startsWith("domstate"))).toEqual([
      `shutdown ${uuid} --mode agent`,
      `shutdown ${uuid} --mode acpi`,
      `destroy ${uuid} --graceful`,
    ]);
  });

  it("goes on once: one that runs already is fine, and one that does not start says why", async () => {
    virsh.answer("start", { error: "error: Domain is already active" });
    await machines.start(place);
    virsh.answer("start", { error: "error: internal error: cannot allocate memory" });
    await expect(machines.start(place)).rejects.toThrow("cannot allocate memory");
  });
});

describe("freezing a domain", () => {
  const hooks = libvirtHooks(commandHooks(systemClock), { clock: systemClock });
  const machine = { folder: place, name: "web1" } as Machine;

  it("is left out with its reason if the agent does not answer", async () => {
    virsh.answer("qemu-agent-command", {
      error: "error: Guest agent is not responding: QEMU guest agent is not connected",
    });
    expect(await hooks.prepare(machine)).toContain("QEMU guest agent is not connected");
  });

  it("is done by libvirt, and undone, with a watchdog for the time between", async () => {
    virsh.answer("qemu-agent-command", '{"return":{}}');
    virsh.answer("domfsfreeze", "Froze 2 filesystem(s)");
    virsh.answer("domfsthaw", "Thawed 2 filesystem(s)");
    expect(await hooks.prepare(machine)).toBeUndefined();
    expect(await hooks.freeze(machine)).toBeUndefined();
    expect(await hooks.thaw(machine)).toBeUndefined();
    virsh.answer("domfsthaw", { error: "error: Unable to thaw filesystems" });
    expect(await hooks.thaw(machine)).toContain("Unable to thaw filesystems");
    virsh.answer("domstate", "shut off");
    expect(await hooks.thaw(machine)).toBeUndefined();
  });
});

describe("what libvirt is told of a snapshot", () => {
  const lineage = { tracker: "0".repeat(32), generation: 3, logId: "1".repeat(16) };
  const name = `sr-${lineage.tracker}-3-${lineage.logId}`;

  it("names the disks with their sizes, and those that it leaves out", () => {
    expect(checkpointXml(lineage, new Map([["vda", 8]]), ["vdb"])).toBe(
      `<domaincheckpoint><name>${name}</name><description>{&quot;vda&quot;:8}</description><disks>` +
        '<disk name="vda" checkpoint="bitmap"/><disk name="vdb" checkpoint="no"/></disks></domaincheckpoint>',
    );
    expect(backupXml("/tmp/a&b", [{ target: "vda", since: name, scratchPath: "/i/s" }], ["vdb"])).toBe(
      '<domainbackup mode="pull"><server transport="unix" socket="/tmp/a&amp;b"/><disks>' +
        '<disk name="vda" backup="yes" type="file" exportname="vda" backupmode="incremental" ' +
        `incremental="${name}" exportbitmap="changed-vda"><scratch file="/i/s"/></disk>` +
        '<disk name="vdb" backup="no"/></disks></domainbackup>',
    );
  });

  it("is read back from its checkpoints, without those of other programs", async () => {
    virsh.answer("checkpoint-list", `virtnbdbackup.0\n${name}`);
    virsh.answer(
      "checkpoint-dumpxml",
      `<domaincheckpoint><name>${name}</name><description>{&quot;vda&quot;:8,&quot;vdb&quot;:9}</description><disks>
        <disk name='vda' checkpoint='bitmap' bitmap='${name}'/><disk name='vdb' checkpoint='no'/></disks></domaincheckpoint>`,
    );
    const found = await readCheckpoints(systemClock, domainAt(uri, uuid));
    expect(found).toEqual([{ name, lineage, sizes: new Map([["vda", 8]]) }]);
  });
});

describe("the address of a hypervisor", () => {
  it("is told from a folder, and has no password", () => {
    for (const folder of ["inventory/hv1", "/machines/hv1", "C:\\machines"])
      expect(isHypervisorUri(folder)).toBe(false);
    for (const right of [
      "qemu:///system",
      "qemu:///session?socket=/run/x",
      "qemu+ssh://root@kvm1:2222/system",
    ])
      expect([isHypervisorUri(right), hypervisorUriProblem(right)]).toEqual([true, undefined]);
    for (const [wrong, why] of [
      ["xen:///system", "no address of QEMU machines"],
      ["qemu:///default", "ends with neither /system nor /session"],
      ["qemu:///system#web1", "has a space or a #"],
      ["qemu+ssh://dr:secret@kvm1/system", "has a password"],
    ] as const)
      expect(hypervisorUriProblem(wrong)).toContain(why);
  });
});
