import { describe, expect, it } from "vitest";
import { obstaclesOf } from "../../provider/vsphere/protection-obstacles.ts";
import { ManagedObject } from "../../provider/vsphere/soap-request.ts";
import { soapBody } from "../../provider/vsphere/soap-answer.ts";
import { devicesOf } from "../../provider/vsphere/virtual-devices.ts";
import type { VirtualDisk, VirtualMachine } from "../../provider/vsphere/virtual-machine.ts";

const disk: VirtualDisk = {
  key: 2000,
  label: "Hard disk 1",
  sizeBytes: 40 * 1024 ** 3,
  fileName: "[ds1] web1/web1.vmdk",
  uuid: "6000C29d-1b2c-3d4e-5f60-718293a4b5c6",
  controllerKey: 1000,
  unitNumber: 0,
  isIndependent: false,
  rawDevice: "none",
  isShared: false,
  changeId: undefined,
};

const good: VirtualMachine = {
  object: new ManagedObject("VirtualMachine", "vm-42"),
  name: "web1",
  instanceUuid: "50214f6a-0000-0000-0000-000000000001",
  biosUuid: "4221a2f0-0000-0000-0000-000000000001",
  firmware: "uefi",
  guestId: "ubuntu64Guest",
  guestName: "Ubuntu Linux (64-bit)",
  cpus: 2,
  memoryMiB: 4096,
  isTemplate: false,
  power: "running",
  connection: "connected",
  tools: { isRunning: true, version: "guestToolsUnmanaged" },
  changeTracking: { isEnabled: true, isSupported: true },
  isFaultTolerant: false,
  isConsolidationNeeded: false,
  disks: [disk],
  controllers: [{ key: 1000, label: "SCSI controller 0", sharesBus: false }],
  nics: [],
  snapshots: [],
  attributes: new Map(),
};

const mine = {
  object: new ManagedObject("VirtualMachineSnapshot", "snapshot-1"),
  name: "mine",
  description: "",
  isQuiesced: false,
};

describe("what stops the protection of a machine", () => {
  it("is nothing for one with tracking, tools and ordinary disks, with or without snapshots", () => {
    expect(obstaclesOf(good)).toEqual([]);
    expect(obstaclesOf({ ...good, snapshots: [mine] })).toEqual([]);
    expect(obstaclesOf({ ...good, power: "off", tools: { ...good.tools, isRunning: false } })).toEqual([]);
  });

  it.each<readonly [string, Partial<VirtualMachine>, boolean]>([
    ["independent-disk", { disks: [{ ...disk, isIndependent: true }] }, true],
    ["raw-device", { disks: [{ ...disk, rawDevice: "physical" }] }, true],
    ["raw-device-virtual", { disks: [{ ...disk, rawDevice: "virtual" }] }, false],
    ["shared-disk", { disks: [{ ...disk, isShared: true }] }, true],
    ["shared-bus", { controllers: [{ key: 1000, label: "SCSI controller 0", sharesBus: true }] }, true],
    ["tracking-unsupported", { changeTracking: { isEnabled: false, isSupported: false } }, true],
    [
      "snapshots-before-tracking",
      { changeTracking: { isEnabled: false, isSupported: true }, snapshots: [mine] },
      true,
    ],
    ["tracking-off", { changeTracking: { isEnabled: false, isSupported: true } }, false],
    ["tools-missing", { tools: { isRunning: false, version: "guestToolsNotInstalled" } }, false],
    ["tools-stopped", { tools: { isRunning: false, version: "guestToolsCurrent" } }, false],
    ["template", { isTemplate: true }, true],
    ["fault-tolerance", { isFaultTolerant: true }, true],
    ["no-disk", { disks: [] }, true],
    ["consolidation", { isConsolidationNeeded: true }, false],
    ["unreachable", { connection: "inaccessible" }, true],
    ["unreachable", { instanceUuid: undefined }, true],
  ])("%s", (id, differs, stops) => {
    const found = obstaclesOf({ ...good, ...differs });
    expect(found.map((one) => [one.id, one.stops])).toEqual([[id, stops]]);
    expect(found[0]!.message).not.toMatch(/\.$/);
    expect(found[0]!.whatToDo).toMatch(/\.$/);
  });

  it("names the disk, of several the right one", () => {
    const second = { ...disk, key: 2001, label: "Hard disk 2", isIndependent: true };
    expect(obstaclesOf({ ...good, disks: [disk, second] })[0]).toMatchObject({
      disk: "Hard disk 2",
      message: "snapshots leave Hard disk 2 out: its mode is independent",
    });
  });
});

describe("devices as vSphere writes them", () => {
  const read = (devices: string) =>
    devicesOf(
      soapBody(
        '<e:Envelope xmlns:e="x" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Body>' +
          `<val xsi:type="ArrayOfVirtualDevice">${devices}</val></e:Body></e:Envelope>`,
      )!,
      new Map([["dvportgroup-9", "production"]]),
    );
  const virtualDisk = (backing: string): string =>
    '<VirtualDevice xsi:type="VirtualDisk"><key>2001</key><deviceInfo xsi:type="Description"><label>Hard disk 2</label>' +
    `</deviceInfo>${backing}<controllerKey>1001</controllerKey><unitNumber>3</unitNumber><capacityInKB>1024</capacityInKB>` +
    "<capacityInBytes>1048576</capacityInBytes></VirtualDevice>";

  it("reads an ordinary disk with its change id", () => {
    const backing =
      '<backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName>[ds1] web1/web1_1.vmdk</fileName><diskMode>persistent</diskMode>' +
      "<uuid>6000C29d-1b2c</uuid><changeId>52 de/4</changeId><sharing>sharingNone</sharing></backing>";
    expect(read(virtualDisk(backing)).disks).toEqual([
      {
        ...disk,
        key: 2001,
        label: "Hard disk 2",
        sizeBytes: 1_048_576,
        fileName: "[ds1] web1/web1_1.vmdk",
        uuid: "6000C29d-1b2c",
        controllerKey: 1001,
        unitNumber: 3,
        changeId: "52 de/4",
      },
    ]);
  });

  it.each([
    [
      "VirtualDiskFlatVer2BackingInfo",
      "<diskMode>independent_persistent</diskMode>",
      { isIndependent: true },
    ],
    [
      "VirtualDiskFlatVer2BackingInfo",
      "<diskMode>persistent</diskMode><sharing>sharingMultiWriter</sharing>",
      { isShared: true },
    ],
    [
      "VirtualDiskRawDiskMappingVer1BackingInfo",
      "<compatibilityMode>physicalMode</compatibilityMode>",
      { rawDevice: "physical" },
    ],
    [
      "VirtualDiskRawDiskMappingVer1BackingInfo",
      "<compatibilityMode>virtualMode</compatibilityMode>",
      { rawDevice: "virtual" },
    ],
    [
      "VirtualDiskRawDiskVer2BackingInfo",
      "<descriptorFileName>x</descriptorFileName>",
      { rawDevice: "physical" },
    ],
  ])("reads a disk on %s %s", (type, inner, expected) => {
    expect(read(virtualDisk(`<backing xsi:type="${type}">${inner}</backing>`)).disks[0]).toMatchObject(
      expected,
    );
  });

  it("reads controllers that share their bus, and cards on both kinds of network", () => {
    const { controllers, nics } = read(
      '<VirtualDevice xsi:type="ParaVirtualSCSIController"><key>1001</key><busNumber>1</busNumber><sharedBus>physicalSharing</sharedBus></VirtualDevice>' +
        '<VirtualDevice xsi:type="VirtualVmxnet3"><key>4000</key><backing xsi:type="VirtualEthernetCardDistributedVirtualPortBackingInfo">' +
        "<port><switchUuid>x</switchUuid><portgroupKey>dvportgroup-9</portgroupKey></port></backing><addressType>assigned</addressType>" +
        "<macAddress>00:50:56:AB:00:01</macAddress></VirtualDevice>" +
        '<VirtualDevice xsi:type="VirtualE1000e"><key>4001</key><backing xsi:type="VirtualEthernetCardNetworkBackingInfo">' +
        "<deviceName>VM Network</deviceName></backing><addressType>manual</addressType><macAddress>00:50:56:ab:00:02</macAddress></VirtualDevice>",
    );
    expect(controllers).toEqual([{ key: 1001, label: "device 1001", sharesBus: true }]);
    expect(nics.map(({ key, macAddress, network }) => [key, macAddress, network])).toEqual([
      [4000, "00:50:56:ab:00:01", "production"],
      [4001, "00:50:56:ab:00:02", "VM Network"],
    ]);
  });
});
