/** Reads the devices of a machine or of a snapshot: `config.hardware.device`. */
import type { SoapElement } from "./soap-answer.ts";
import type { VirtualController, VirtualDisk, VirtualNic } from "./virtual-machine.ts";

export interface VirtualDevices {
  readonly disks: readonly VirtualDisk[];
  readonly controllers: readonly VirtualController[];
  readonly nics: readonly VirtualNic[];
}

/** Names of distributed port groups by their keys. */
export type PortGroups = ReadonlyMap<string, string>;

/** An empty or absent text is `undefined`. */
function textOf(element: SoapElement): string | undefined {
  const text = element.text?.trim();
  return text === "" ? undefined : text;
}

function labelOf(device: SoapElement): string {
  return textOf(device.at("deviceInfo", "label")) ?? `device ${device.at("key").text ?? ""}`;
}

function rawDeviceOf(backing: SoapElement): VirtualDisk["rawDevice"] {
  if (backing.type?.startsWith("VirtualDiskRawDisk") !== true) return "none";
  return backing.at("compatibilityMode").text === "virtualMode" ? "virtual" : "physical";
}

function diskOf(device: SoapElement): VirtualDisk {
  const backing = device.at("backing");
  const kibibytes = device.at("capacityInKB").number ?? 0;
  return {
    key: device.at("key").number ?? 0,
    label: labelOf(device),
    sizeBytes: device.at("capacityInBytes").number ?? kibibytes * 1024,
    fileName: backing.at("fileName").text ?? "",
    uuid: textOf(backing.at("uuid")),
    controllerKey: device.at("controllerKey").number ?? 0,
    unitNumber: device.at("unitNumber").number ?? 0,
    isIndependent: (backing.at("diskMode").text ?? "").startsWith("independent"),
    rawDevice: rawDeviceOf(backing),
    isShared: backing.at("sharing").text === "sharingMultiWriter",
    changeId: textOf(backing.at("changeId")),
  };
}

function networkOf(backing: SoapElement, portGroups: PortGroups): string | undefined {
  const portGroup = backing.at("port", "portgroupKey").text;
  if (portGroup !== undefined) return portGroups.get(portGroup);
  return textOf(backing.at("deviceName")) ?? textOf(backing.at("opaqueNetworkId"));
}

/** The types of network cards do not say that they are cards; what all of them have is a hardware address. */
function isNic(device: SoapElement): boolean {
  return device.at("macAddress").isThere && device.at("addressType").isThere;
}

/** `devices` has a `VirtualDevice` for each. */
export function devicesOf(devices: SoapElement, portGroups: PortGroups): VirtualDevices {
  const all = devices.all();
  return {
    disks: all.filter(({ type }) => type === "VirtualDisk").map(diskOf),
    controllers: all
      .filter((device) => device.at("busNumber").isThere && device.type?.endsWith("Controller") === true)
      .map((device) => ({
        key: device.at("key").number ?? 0,
        label: labelOf(device),
        sharesBus: ["virtualSharing", "physicalSharing"].includes(device.at("sharedBus").text ?? ""),
      })),
    nics: all.filter(isNic).map((device) => ({
      key: device.at("key").number ?? 0,
      label: labelOf(device),
      macAddress: textOf(device.at("macAddress"))?.toLowerCase(),
      network: networkOf(device.at("backing"), portGroups),
    })),
  };
}
