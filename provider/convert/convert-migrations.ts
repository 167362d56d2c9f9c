import type { StackMigration } from "../stack/stack-migration.ts";
import { listAt, present, recordAt, textAt, type Values } from "./found-thing.ts";
import { propertiesOf, referred, type ThingsOf } from "./things-of.ts";

function migrationFrom(inputs: Values, name: string): StackMigration {
  const details = recordAt(propertiesOf(inputs), "providerSpecificDetails");
  const disks = listAt(details, "disksToInclude");
  // The disk that the machine boots from is the first.
  const sorted = disks.toSorted(
    (one, other) => Number(other["isOSDisk"] === "true") - Number(one["isOSDisk"] === "true"),
  );
  return {
    name,
    disks: sorted.flatMap((disk) => textAt(disk, "diskId") ?? []),
    ...present({
      site: textAt(inputs, "fabricName"),
      account: referred(details, "snapshotRunAsAccountId"),
      storageAccount: disks[0] && referred(disks[0], "logStorageAccountId"),
      network: referred(details, "targetNetworkId"),
      testNetwork: referred(details, "testNetworkId"),
      targetName: textAt(details, "targetVmName"),
      size: textAt(details, "targetVmSize"),
      migrated: inputs["migrated"],
      allowReplicaDeletion: inputs["allowReplicaDeletion"],
      shutDownSource: recordAt(inputs, "migration")["shutDownSource"],
    }),
  } as StackMigration;
}

export function migrationsFrom(things: ThingsOf): StackMigration[] {
  return things
    .all("migration-item")
    .map((inputs) => migrationFrom(inputs, things.nameOf("migration-item", inputs)));
}
