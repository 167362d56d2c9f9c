/**
 * What of a machine keeps snapshots with change tracking from working, or makes them worth less. The rules are VMware's: what
 * a snapshot leaves out or refuses, and what changed block tracking requires.
 */
import { formatBytes } from "../format-bytes.ts";
import type { VirtualDisk, VirtualMachine } from "./virtual-machine.ts";

export interface ProtectionObstacle {
  /** Stays the same for as long as the project exists: `independent-disk`. */
  readonly id: string;
  /** True: the machine cannot be protected like this. False: it can, with less than it could have. */
  readonly stops: boolean;
  /** The label of the disk that it is about. */
  readonly disk: string | undefined;
  readonly message: string;
  readonly whatToDo: string;
}

type Found = Omit<ProtectionObstacle, "stops" | "disk">;

const stops = (found: Found, disk?: VirtualDisk): ProtectionObstacle => ({
  ...found,
  stops: true,
  disk: disk?.label,
});
const limits = (found: Found, disk?: VirtualDisk): ProtectionObstacle => ({
  ...found,
  stops: false,
  disk: disk?.label,
});

function* ofDisk(disk: VirtualDisk, { controllers }: VirtualMachine): Generator<ProtectionObstacle> {
  const { label } = disk;
  if (disk.isIndependent) {
    const message = `snapshots leave ${label} out: its mode is independent`;
    yield stops(
      { id: "independent-disk", message, whatToDo: "Set its mode to dependent while the machine is off." },
      disk,
    );
  }
  if (disk.rawDevice === "physical") {
    const message = `${label} is a raw device in physical mode, which snapshots do not reach`;
    const whatToDo = "Change the mapping to virtual mode, or protect the machine by an agent inside it.";
    yield stops({ id: "raw-device", message, whatToDo }, disk);
  }
  if (disk.rawDevice === "virtual") {
    const message = `${label} is a raw device in virtual mode; its replica is an ordinary disk of ${formatBytes(disk.sizeBytes)}`;
    yield limits(
      { id: "raw-device-virtual", message, whatToDo: "Nothing, if an ordinary disk will do." },
      disk,
    );
  }
  if (disk.isShared) {
    const message = `${label} is written by several machines (multi-writer), which no snapshot allows`;
    yield stops(
      { id: "shared-disk", message, whatToDo: "Protect the machines of the cluster by agents inside them." },
      disk,
    );
  }
  const controller = controllers.find(({ key }) => key === disk.controllerKey);
  if (controller?.sharesBus === true) {
    const message = `${label} is on ${controller.label}, whose bus is shared with other machines, which no snapshot allows`;
    yield stops(
      { id: "shared-bus", message, whatToDo: "Protect the machines of the cluster by agents inside them." },
      disk,
    );
  }
}

function* ofTracking({ changeTracking, snapshots }: VirtualMachine): Generator<ProtectionObstacle> {
  if (!changeTracking.isSupported) {
    const message = "its virtual hardware cannot track changes";
    yield stops({
      id: "tracking-unsupported",
      message,
      whatToDo: "Upgrade its compatibility in vCenter while it is off.",
    });
  } else if (!changeTracking.isEnabled && snapshots.length > 0) {
    const count =
      snapshots.length === 1 ? `the snapshot ${snapshots[0]!.name}` : `${snapshots.length} snapshots`;
    const message = `change tracking is off and it has ${count}: tracking that begins now misses what they hold`;
    yield stops({
      id: "snapshots-before-tracking",
      message,
      whatToDo: "Remove its snapshots, then turn tracking on.",
    });
  } else if (!changeTracking.isEnabled) {
    const message = "change tracking is off";
    const whatToDo =
      "Set ctkEnabled and <disk>.ctkEnabled to true; it begins with the next snapshot or power cycle.";
    yield limits({ id: "tracking-off", message, whatToDo });
  }
}

function* ofGuest({ tools, power }: VirtualMachine): Generator<ProtectionObstacle> {
  const withoutTools = "recovery points are crash-consistent, and its guest cannot be shut down in order";
  if (tools.version === undefined || tools.version === "guestToolsNotInstalled") {
    const message = `VMware Tools are not installed: ${withoutTools}`;
    yield limits({
      id: "tools-missing",
      message,
      whatToDo: "Install open-vm-tools or VMware Tools in its guest.",
    });
  } else if (power === "running" && !tools.isRunning) {
    const message = `VMware Tools do not run: ${withoutTools}`;
    yield limits({ id: "tools-stopped", message, whatToDo: "Start VMware Tools in its guest." });
  }
}

/** None for a machine that can be protected by snapshots with change tracking, with app-consistent points. */
export function obstaclesOf(machine: VirtualMachine): ProtectionObstacle[] {
  const found: ProtectionObstacle[] = [];
  const { connection, instanceUuid } = machine;
  if (connection !== "connected" || instanceUuid === undefined) {
    const message = `vCenter cannot reach it: it is ${connection === "connected" ? "without settings" : connection}`;
    return [stops({ id: "unreachable", message, whatToDo: "Bring back its host or its datastore." })];
  }
  if (machine.isTemplate) {
    const message = "it is a template, which never runs";
    found.push(
      stops({ id: "template", message, whatToDo: "Nothing: copy it as a file if you need it elsewhere." }),
    );
  }
  if (machine.isFaultTolerant) {
    const message = "vSphere Fault Tolerance is on, which allows no change tracking";
    found.push(stops({ id: "fault-tolerance", message, whatToDo: "Turn Fault Tolerance off for it." }));
  }
  if (machine.disks.length === 0) {
    found.push(
      stops({ id: "no-disk", message: "it has no disk", whatToDo: "Nothing: there is nothing to protect." }),
    );
  }
  found.push(
    ...machine.disks.flatMap((disk) => [...ofDisk(disk, machine)]),
    ...ofTracking(machine),
    ...ofGuest(machine),
  );
  if (machine.isConsolidationNeeded) {
    const message = "its disks hold what removed snapshots have left";
    found.push(limits({ id: "consolidation", message, whatToDo: "Run Consolidate on it in vCenter." }));
  }
  return found;
}
