import type { VMwareCbtMigration } from "../kinds/migration-item.ts";
import { azureNetworkOf } from "./check-machine-names.ts";
import type { Declaration } from "./declaration.ts";
import { siteOf } from "./site-of.ts";
import { containersOf } from "./site-parts.ts";
import type { StackDefinition } from "./stack-definition.ts";
import { logicalNames, type StackIds } from "./stack-ids.ts";
import type { StackMigration } from "./stack-migration.ts";
import type { StackSite } from "./stack-site.ts";

function settingsOf(
  stack: StackDefinition,
  ids: StackIds,
  { migration, site }: { migration: StackMigration; site: StackSite },
): VMwareCbtMigration {
  const { name, disks, testNetwork, targetName, size } = migration;
  const account = migration.storageAccount ?? stack.azure.storageAccounts[0]!.name;
  const runAs = `${ids.fabric(site)}/runAsAccounts/${migration.account ?? site.runAsAccounts![0]!}`;
  return {
    instanceType: "VMwareCbt",
    vmwareMachineId: `${ids.container(site, site.name)}/replicationProtectableItems/${name}`,
    disksToInclude: disks.map((diskId, index) => ({
      diskId,
      isOSDisk: String(index === 0),
      logStorageAccountId: ids.storageAccount(account),
      logStorageAccountSasSecretName: `${account}-sas`,
    })),
    dataMoverRunAsAccountId: runAs,
    snapshotRunAsAccountId: runAs,
    targetResourceGroupId: ids.group,
    targetNetworkId: ids.network(azureNetworkOf(site, migration)!),
    ...(testNetwork === undefined ? {} : { testNetworkId: ids.network(testNetwork) }),
    ...(targetName === undefined ? {} : { targetVmName: targetName }),
    ...(size === undefined ? {} : { targetVmSize: size }),
  };
}

export function declareMigrations(stack: StackDefinition, ids: StackIds): Declaration[] {
  return (stack.migrations ?? []).map((migration) => {
    const site = siteOf(stack, migration.site)!;
    const { name, migrated, shutDownSource, allowReplicaDeletion } = migration;
    return {
      logicalName: logicalNames.migration(name),
      kind: "migration-item",
      inputs: {
        ...ids.inContainer(site, containersOf(site)[0]!),
        migrationItemName: name,
        properties: {
          policyId: ids.policy(site.migrationPolicy!),
          providerSpecificDetails: settingsOf(stack, ids, { migration, site }),
        },
        ...(migrated === undefined ? {} : { migrated }),
        ...(allowReplicaDeletion === undefined ? {} : { allowReplicaDeletion }),
        ...(shutDownSource === undefined ? {} : { migration: { shutDownSource } }),
      },
      dependsOn: [logicalNames.migrationMapping(site.name)],
    };
  });
}
