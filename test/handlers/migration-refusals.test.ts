import { afterEach, describe, expect, it } from "vitest";
import { unknownValue } from "../../provider/handlers/handler.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type {
  MigrationItemInputs as Inputs,
  VMwareCbtMigration,
} from "../../provider/kinds/migration-item.ts";
import { quiet } from "../engine/fixture.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { migrationOf } from "./migration-of.ts";

let site: FlowSite;
afterEach(() => site.remove());

const text = (more: Partial<Inputs> = {}, settings: Partial<VMwareCbtMigration> = {}): Inputs =>
  migrationOf(site, more, settings);

describe("a migration item", () => {
  it("is refused what cannot be migrated, by the argument to mend", async () => {
    site = await FlowSite.make({ flow: "M1" });
    const handler = handlerOf("migration-item", site.engine);
    const id = `${site.ids.get("container")}/replicationMigrationItems/web1`;
    const refused = async (inputs: Inputs, property: string | undefined, words: RegExp): Promise<void> => {
      const failed = expect.objectContaining({ property, message: expect.stringMatching(words) });
      await expect(handler.create(inputs, quiet)).rejects.toThrow(failed);
      expect(site.engine.findItem(id)).toBeUndefined();
    };
    const settings = "properties.providerSpecificDetails";
    await refused(text({}, { snapshotRunAsAccountId: "nobody" }), settings, /no account "nobody" to take/);
    await refused(text({}, { vmwareMachineId: "web9" }), undefined, /has a machine "web9"/);
    const account = `${site.ids.get("storage")}x`;
    await refused(
      text({}, { targetNetworkId: `${account}` }),
      `${settings}.targetNetworkId`,
      /virtual network/,
    );
    const disk = {
      diskId: "os",
      isOSDisk: "true",
      logStorageAccountId: account,
      logStorageAccountSasSecretName: "s",
    };
    await refused(
      text({}, { disksToInclude: [disk] }),
      `${settings}.disksToInclude[0].logStorageAccountId`,
      /there is no storage account/,
    );
    const two = [disk, { ...disk, isOSDisk: "true", logStorageAccountId: site.ids.get("storage")! }];
    const failures = await handler.check(text({}, { disksToInclude: two }));
    expect(failures.map(({ property }) => property.slice(settings.length + 1))).toEqual([
      "disksToInclude",
      "disksToInclude[1].diskId",
      "disksToInclude[1].logStorageAccountId",
    ]);
    const same = text({}, { testNetworkId: site.ids.get("network")!.toUpperCase() });
    expect((await handler.check(same)).map(({ property }) => property)).toEqual([
      `${settings}.testNetworkId`,
    ]);
    await handler.create(text(), quiet);
    await expect(handler.create(text({ migrationItemName: "again" }), quiet)).rejects.toThrow(
      /its machine web1 is replicated by the migration item web1 already/,
    );
    await expect(site.protect()).rejects.toThrow(/its machine web1 is replicated by the migration item/);
    const choice = { kind: "unplanned", recoveryPoint: "latest" } as const;
    await expect(site.engine.moves.failover(id, choice, quiet)).rejects.toThrow(
      /unplanned failover of web1 is not allowed now.*Allowed now: `siterecovery test-failover web1 --network <network>`, `siterecovery replicate web1 --resync`, `siterecovery migrate web1`/,
    );
  });

  it("is previewed with arguments that are not known yet", async () => {
    site = await FlowSite.make({ flow: "M1" });
    const handler = handlerOf("migration-item", site.engine);
    const { id } = await handler.create(text(), quiet);
    const unknown = unknownValue as never;
    const properties = { ...text().properties, providerSpecificDetails: unknown };
    const variants: Inputs[] = [
      text({ properties: unknown }),
      text({ properties }),
      text({}, { disksToInclude: unknown }),
      text({}, { disksToInclude: [unknown] }),
      text({}, { targetNetworkId: unknownValue, testNetworkId: unknownValue }),
      text({ migrated: unknown, migration: unknown }),
    ];
    for (const wanted of variants) {
      expect(await handler.check(wanted)).toEqual([]);
      const { changes, notices } = await handler.diff(id, text(), wanted);
      expect([changes, notices]).toEqual([[], []]);
    }
  });
});
