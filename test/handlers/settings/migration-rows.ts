/** The settings of migration items. */
import path from "node:path";
import { expect } from "vitest";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { KindName } from "../../../provider/kinds/kind.ts";
import { quiet } from "../../engine/fixture.ts";
import { migrationOf } from "../migration-of.ts";
import { nowhere, ofAzure, recorded, replicaDeletion, scope, under } from "./item-looks.ts";
import { cycle, makeSite, markForResync } from "./looks.ts";
import {
  behaviourAlone,
  each,
  label,
  refused,
  replaces,
  type Row,
  type Rows,
  type Table,
  type World,
} from "./row.ts";

const migrationId = ({ site }: World): string =>
  `${site.ids.get("container")}/replicationMigrationItems/web1`;

async function migrationWorld(): Promise<World> {
  const site = await makeSite("M1");
  const inputs = migrationOf(site, {}, { targetVmSecurityProfile: {} });
  await handlerOf("migration-item", site.engine).create(inputs, quiet);
  return { site, id: `${site.ids.get("container")}/replicationMigrationItems/web1`, inputs };
}
/** A resync that is needed waits for somebody who starts it. */
const autoResync: Row = behaviourAlone(async (changed) => {
  const id = migrationId(changed);
  await changed.change("false");
  markForResync(changed.site.image());
  expect(await cycle(changed.site, id)).toBeUndefined();
  await changed.site.engine.replicate(id, quiet, "resync");
});

const migrated: Row = behaviourAlone(async ({ site, id, change }) => {
  await change(true);
  expect(site.engine.findItem(id)!.state).toBe("Migrated");
});

/** Whether the source goes on running after a migration. */
const shutDownSource: Row = behaviourAlone(async ({ site, id, change }) => {
  await change(false);
  const handler = handlerOf("migration-item", site.engine);
  const { inputs } = (await handler.read(id))!;
  await handler.update(id, inputs, { ...inputs, migrated: true }, quiet);
  expect(site.power(site.image())).toBe("running");
});

const migration = "properties.providerSpecificDetails.";

const security = [
  "isTargetVmSecureBootEnabled",
  "isTargetVmTpmEnabled",
  "isTargetVmIntegrityMonitoringEnabled",
];
const ofDisk = ["diskId", "isOSDisk", "logStorageAccountId", "logStorageAccountSasSecretName", "diskType"];

const migrationRows: Rows = {
  ...each(["instanceType", "vmwareMachineId"], replaces),
  ...each([...ofDisk, "diskEncryptionSetId", "sectorSizeInBytes"], replaces, "disksToInclude[]."),
  dataMoverRunAsAccountId: refused("/subscriptions/0/accounts/nobody", /no account "nobody"/),
  snapshotRunAsAccountId: refused("/subscriptions/0/accounts/nobody", /no account "nobody"/),
  performAutoResync: autoResync,
  ...each(
    [
      "targetSubnetName",
      "testSubnetName",
      "targetVmSize",
      "userSelectedOSName",
      "targetAvailabilityZone",
      ...["targetVmTags.*", "targetDiskTags.*", "targetNicTags.*", "seedDiskTags.*"],
    ],
    recorded,
  ),
  ...each(
    [
      "targetAvailabilitySetId",
      "targetProximityPlacementGroupId",
      "targetBootDiagnosticsStorageAccountId",
      "confidentialVmKeyVaultId",
    ],
    label(ofAzure, nowhere),
  ),
  ...each(["licenseType", "linuxLicenseType", "sqlServerLicenseType"], label(ofAzure, "NoLicenseType")),
  performSqlBulkRegistration: label(ofAzure, "true"),
  "targetVmSecurityProfile.targetVmSecurityType": label(ofAzure, "TrustedLaunch"),
  ...each(
    [...security, "isTargetVmConfidentialEncryptionEnabled"],
    label(ofAzure, "true"),
    "targetVmSecurityProfile.",
  ),
};

/** What a test migration and the machine at the target become. */
const migrationTarget: Rows = {
  targetNetworkId: refused(nowhere, /nowhere/),
  testNetworkId: refused(nowhere, /nowhere/),
  targetVmName: behaviourAlone(async ({ site, id, change }) => {
    await change("web1-there");
    await site.engine.moves.migrate(id, true, quiet);
    expect(site.engine.findItem(id)!.details.recoveryMachine!.name).toBe("web1-there");
  }),
  targetResourceGroupId: behaviourAlone(async ({ site, id, change }) => {
    await change("/subscriptions/0/resourceGroups/elsewhere");
    await site.engine.moves.migrate(id, true, quiet);
    expect(site.engine.findItem(id)!.details.recoveryMachine!.folder).toContain(
      `${path.sep}elsewhere${path.sep}`,
    );
  }),
};
export const migrationTables: Partial<Record<KindName, Table>> = {
  "migration-item": {
    worlds: { "": migrationWorld },
    rows: {
      ...each([...scope, "migrationItemName", "properties.policyId"], replaces),
      ...under(migration, { ...migrationRows, ...migrationTarget }),
      migrated,
      "migration.shutDownSource": shutDownSource,
      allowReplicaDeletion: replicaDeletion("migration-item"),
    },
  },
};
