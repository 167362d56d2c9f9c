/** The virtual machines of a vSphere server. */
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import { type ObjectProperties, readAll, readProperties } from "./read-properties.ts";
import { SoapElement } from "./soap-answer.ts";
import type { ManagedObject } from "./soap-request.ts";
import type { VirtualMachine, VirtualPower, VirtualSnapshot } from "./virtual-machine.ts";
import { devicesOf, type PortGroups } from "./virtual-devices.ts";
import type { VsphereSession } from "./vsphere-session.ts";

const paths = [
  "name",
  "config.instanceUuid",
  "config.uuid",
  "config.firmware",
  "config.guestId",
  "config.guestFullName",
  "config.template",
  "config.changeTrackingEnabled",
  "config.hardware.numCPU",
  "config.hardware.memoryMB",
  "config.hardware.device",
  "capability.changeTrackingSupported",
  "runtime.powerState",
  "runtime.connectionState",
  "runtime.faultToleranceState",
  "runtime.consolidationNeeded",
  "guest.toolsRunningStatus",
  "guest.toolsVersionStatus2",
  "snapshot.rootSnapshotList",
  "customValue",
];

const powers: Readonly<Record<string, VirtualPower>> = {
  poweredOn: "running",
  poweredOff: "off",
  suspended: "suspended",
};

const none = new SoapElement(undefined);

function snapshotsIn(trees: readonly SoapElement[]): VirtualSnapshot[] {
  return trees.flatMap((tree) => [
    {
      object: tree.at("snapshot").reference!,
      name: tree.at("name").text ?? "",
      description: tree.at("description").text ?? "",
      isQuiesced: tree.at("quiesced").isTrue,
    },
    ...snapshotsIn(tree.all("childSnapshotList")),
  ]);
}

function machineOf({ object, properties }: ObjectProperties, portGroups: PortGroups): VirtualMachine {
  const at = (path: string): SoapElement => properties.get(path) ?? none;
  const text = (path: string): string => at(path).text ?? "";
  const faultTolerance = text("runtime.faultToleranceState");
  return {
    object,
    name: decodeName(text("name")),
    instanceUuid: at("config.instanceUuid").text,
    biosUuid: at("config.uuid").text,
    firmware: text("config.firmware") === "efi" ? "uefi" : "bios",
    guestId: text("config.guestId"),
    guestName: text("config.guestFullName"),
    cpus: at("config.hardware.numCPU").number ?? 0,
    memoryMiB: at("config.hardware.memoryMB").number ?? 0,
    isTemplate: at("config.template").isTrue,
    power: powers[text("runtime.powerState")] ?? "off",
    connection: text("runtime.connectionState"),
    tools: {
      isRunning: text("guest.toolsRunningStatus") === "guestToolsRunning",
      version: at("guest.toolsVersionStatus2").text,
    },
    changeTracking: {
      isEnabled: at("config.changeTrackingEnabled").isTrue,
      isSupported: at("capability.changeTrackingSupported").isTrue,
    },
    isFaultTolerant: faultTolerance !== "" && faultTolerance !== "notConfigured",
    isConsolidationNeeded: at("runtime.consolidationNeeded").isTrue,
    ...devicesOf(at("config.hardware.device"), portGroups),
    snapshots: snapshotsIn(at("snapshot.rootSnapshotList").all()),
    attributes: new Map(
      at("customValue")
        .all()
        .map((one) => [one.at("key").number ?? 0, one.at("value").text ?? ""]),
    ),
  };
}

/** vSphere writes `/`, `\` and `%` in names as `%2f`, `%5c` and `%25`. */
function decodeName(name: string): string {
  return name.replaceAll(/%(2f|5c|25)/gi, (code) => decodeURIComponent(code));
}

async function portGroupsOf(session: VsphereSession, signal: AbortSignal | undefined): Promise<PortGroups> {
  const { isVcenter } = await session.content();
  // An ESXi host by itself has no distributed switches.
  if (!isVcenter) return new Map();
  const names = new Map<string, string>();
  const asked = { type: "DistributedVirtualPortgroup", paths: ["key", "name"], signal };
  for await (const { properties } of readAll(session, asked)) {
    names.set(properties.get("key")?.text ?? "", decodeName(properties.get("name")?.text ?? ""));
  }
  return names;
}

/** All virtual machines that the account sees, templates among them, by name. */
export async function listVirtualMachines(
  session: VsphereSession,
  signal?: AbortSignal,
): Promise<VirtualMachine[]> {
  const portGroups = await portGroupsOf(session, signal);
  const found = await Array.fromAsync(readAll(session, { type: "VirtualMachine", paths, signal }), (one) =>
    machineOf(one, portGroups),
  );
  return found.sort((one, other) => one.name.localeCompare(other.name, "en"));
}

/** A machine by what names it. */
export interface MachineName {
  readonly name: string;
  readonly instanceUuid: string;
}

/** Names of all machines that the account sees and whose settings can be read, without templates. */
export async function listNames(session: VsphereSession): Promise<MachineName[]> {
  const asked = { type: "VirtualMachine", paths: ["name", "config.instanceUuid", "config.template"] };
  const all = await Array.fromAsync(readAll(session, asked));
  return all.flatMap(({ properties }) => {
    const instanceUuid = properties.get("config.instanceUuid")?.text;
    if (instanceUuid === undefined || properties.get("config.template")?.isTrue === true) return [];
    return [{ name: decodeName(properties.get("name")?.text ?? ""), instanceUuid }];
  });
}

/** What a machine is now. Throws `NotFound` if the server has it no more. */
export async function readVirtualMachine(
  session: VsphereSession,
  object: ManagedObject,
  signal?: AbortSignal,
): Promise<VirtualMachine> {
  const [found] = await readProperties(session, [object], { type: "VirtualMachine", paths, signal });
  if (found !== undefined) return machineOf(found, await portGroupsOf(session, signal));
  const message = said`${session.host} has no machine ${String(object)} any more. Look at the inventory again.`;
  throw new SiteRecoveryError("NotFound", message, { target: session.host });
}

/** The machine with an instance UUID, or `undefined` if the server has none that the account sees. */
export async function findVirtualMachine(
  session: VsphereSession,
  instanceUuid: string,
  signal?: AbortSignal,
): Promise<ManagedObject | undefined> {
  const { searchIndex } = await session.content();
  const answer = await session.call({
    method: "FindByUuid",
    target: searchIndex,
    parameters: { uuid: instanceUuid, vmSearch: true, instanceUuid: true },
    what: said`find the machine with the id ${instanceUuid}`,
    signal,
  });
  return answer.at("returnval").reference;
}
