import { flows } from "../../provider/model/flows.ts";
import type { World } from "./world.ts";

const settings = {
  HyperVReplicaAzure: { recoveryPointHistoryDuration: 1 },
  InMageAzureV2: { recoveryPointHistory: 60, multiVmSyncStatus: "Enable" },
  InMage: { recoveryPointHistory: 60, multiVmSyncStatus: "Enable" },
  HyperVReplica2012R2: { recoveryPoints: 6 },
} as const;

/** Some worlds keep recovery points for so short that they go, and their space is given back. */
export async function keepPoints({ site, random }: World): Promise<void> {
  const { instanceType } = flows[site.flow];
  if (!random.happens("short retention", 2) || !(instanceType in settings)) return;
  await site.changePolicy({ instanceType, ...settings[instanceType as keyof typeof settings] });
}
