import type { ProtectedItem } from "../../provider/model/item.ts";

/** An item as enabling writes it first. */
export function someItem(id: string): ProtectedItem {
  return {
    id,
    state: "Protected",
    activeLocation: "primary",
    testFailoverState: "None",
    details: {
      flow: "S3",
      replicaId: "replica",
      machineName: "web1",
      definition: {
        name: "web1",
        guestOs: { family: "linux", name: "Debian", version: "12" },
        firmware: "uefi",
        cpus: 1,
        memoryMiB: 512,
        nics: [],
        disks: [],
      },
      disks: [],
      replicaStoreId: "store",
      initialReplicationPercent: 0,
    },
  };
}

/** The same item a little later. */
export function someItemChanged(id: string): ProtectedItem {
  const item = someItem(id);
  return { ...item, details: { ...item.details, initialReplicationPercent: 50 } };
}
