import type { Engine } from "../engine/engine.ts";
import type { ProtectedItem } from "../model/item.ts";
import type { MachineHardware } from "../engine/identity/hardware.ts";
import type { HardwareOutputs } from "../kinds/hardware.ts";
import type { PropertyChange } from "./handler.ts";

/** A machine's hardware as outputs have it. */
export function hardwareOutputs({ definition, disks }: MachineHardware): HardwareOutputs {
  const { firmware, cpus, memoryMiB, guestOs, storageClassification, nics } = definition;
  return {
    firmware,
    cpus,
    memoryMiB,
    guestSystem: `${guestOs.name} ${guestOs.version}`,
    ...(storageClassification === undefined ? {} : { storageClassification }),
    networkCards: nics.map((nic) => ({ ...nic })),
    disks: disks.map((disk) => ({ ...disk })),
  };
}

/** A machine that was changed since its item last met it: an update takes over what it is now. */
export async function hardwareChanges(engine: Engine, item: ProtectedItem): Promise<PropertyChange[]> {
  const today = await engine.changedHardware(item.id);
  if (today === undefined) return [];
  const [from, to] = [item.details, today].map(hardwareOutputs);
  return [{ property: "properties.hardware", from, to, cause: "world" }];
}
