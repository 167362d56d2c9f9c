/** Machines and drills of a definition from protected items and drills. */
import type { StackDrill, StackMachine } from "../stack/stack-definition.ts";
import { present, recordAt, textAt, type Values } from "./found-thing.ts";
import { isRecord } from "../record.ts";
import { propertiesOf, referred, type ThingsOf } from "./things-of.ts";

/** Ids of disks: Azure has them as words, or as objects. */
function disksOf(details: Values): string[] | undefined {
  const disks = details["disksToInclude"];
  if (!Array.isArray(disks) || disks.length === 0) return undefined;
  return disks.flatMap((disk) =>
    typeof disk === "string" ? [disk] : isRecord(disk) ? [textAt(disk, "diskId") ?? ""] : [],
  );
}

function machineFrom(things: ThingsOf, inputs: Values, inCloud: boolean): StackMachine {
  const details = recordAt(propertiesOf(inputs), "providerSpecificDetails");
  const isVmware = details["instanceType"] === "InMageAzureV2" || details["instanceType"] === "InMage";
  const { failover, allowDisableWhileFailedOver, allowReplicaDeletion } = inputs;
  return {
    name: things.nameOf("protected-item", inputs),
    ...present({
      protectableItem: things.azureNameOf(inputs),
      site: textAt(inputs, "fabricName"),
      cloud: inCloud ? textAt(inputs, "protectionContainerName") : undefined,
      storageAccount: referred(details, isVmware ? "storageAccountId" : "targetStorageAccountId"),
      network: referred(details, "targetAzureNetworkId"),
      size: textAt(details, "targetVmSize"),
      disks: disksOf(details),
      account: textAt(details, "runAsAccountId"),
      group: textAt(details, "multiVmGroupName"),
      processServer: referred(details, "processServerId") ?? referred(inputs, "processServerId"),
      masterTarget: referred(details, "masterTargetId"),
      activeLocation: textAt(inputs, "activeLocation"),
      failover: isRecord(failover) ? failover : undefined,
      allowDisableWhileFailedOver,
      allowReplicaDeletion,
    }),
  } as StackMachine;
}

/** `inCloud` says whether a site's machines are in one of several clouds. */
export function machinesFrom(things: ThingsOf, inCloud: (site: string) => boolean): StackMachine[] {
  return things
    .all("protected-item")
    .map((inputs) => machineFrom(things, inputs, inCloud(textAt(inputs, "fabricName") ?? "")));
}

export function drillsFrom(things: ThingsOf): StackDrill[] {
  return things.all("drill").map(
    (inputs) =>
      ({
        name: things.nameOf("drill", inputs),
        ...present({
          machine: referred(inputs, "protectedItemId"),
          plan: referred(inputs, "recoveryPlanId"),
        }),
        network: referred(inputs, "networkId") ?? "",
        ...present({ recoveryPoint: textAt(inputs, "recoveryPoint"), schedule: inputs["schedule"] }),
      }) as StackDrill,
  );
}
