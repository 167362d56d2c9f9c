import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import * as enums from "../../provider/dynamic/enums.ts";
import { schemaOf } from "../../provider/handlers/check-schema.ts";
import { type KindName, kindNames } from "../../provider/kinds/kind.ts";
import { kinds } from "../../provider/kinds/registry.ts";

interface Schema {
  readonly description?: string;
  readonly properties?: Record<string, Schema>;
  readonly additionalProperties?: unknown;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly $defs?: Record<string, Schema>;
  readonly "x-immutable"?: boolean;
}

/** Every schema in a schema, with its property path. */
function* everySchema(schema: Schema, path = ""): Generator<{ path: string; schema: Schema }> {
  yield { path, schema };
  for (const [key, inner] of Object.entries(schema.properties ?? {}))
    yield* everySchema(inner, path === "" ? key : `${path}.${key}`);
  if (schema.items) yield* everySchema(schema.items, `${path}[]`);
  for (const branch of schema.oneOf ?? []) yield* everySchema(branch, path);
  for (const [name, inner] of Object.entries(schema.$defs ?? {})) yield* everySchema(inner, `$defs/${name}`);
}

describe("the schemas", () => {
  test.each(kindNames)("%s: is sound, for nobody looks when it is used", (kind) => {
    const validator = new Ajv2020({ strict: false });
    expect(validator.validateSchema(schemaOf(kind)), validator.errorsText()).toBe(true);
    expect(validator.validateSchema({ ...schemaOf(kind), type: "text" })).toBe(false);
  });

  test.each(kindNames)("%s: every property is described, and nothing unknown is let through", (kind) => {
    for (const { path, schema } of everySchema(schemaOf(kind))) {
      expect(schema.description, path).toMatch(/\S.*\.$/);
      if (schema.type === "object" && !schema.oneOf)
        expect(schema, path).toHaveProperty("additionalProperties");
      if (schema.properties) expect(schema.additionalProperties, path).toBe(false);
    }
  });

  test.each(kindNames)("%s: x-immutable marks what the kind says is immutable, and nothing else", (kind) => {
    const marked = [...everySchema(schemaOf(kind))]
      .filter(({ schema }) => schema["x-immutable"])
      .map(({ path }) => path);
    expect([...new Set(marked)].sort()).toEqual([...kinds[kind].immutable].sort());
  });

  test("values exported for programs are the values that the schemas take", () => {
    const taken: [object, KindName, string][] = [
      [enums.SkuName, "vault", "sku.name"],
      [enums.PublicNetworkAccess, "vault", "properties.publicNetworkAccess"],
      [
        enums.StandardTierStorageRedundancy,
        "vault",
        "properties.redundancySettings.standardTierStorageRedundancy",
      ],
      [enums.CrossRegionRestore, "vault", "properties.redundancySettings.crossRegionRestore"],
      [
        enums.AlertsState,
        "vault",
        "properties.monitoringSettings.classicAlertSettings.alertsForCriticalOperations",
      ],
      [enums.LicenseType, "protected-item", "properties.providerSpecificDetails.licenseType"],
      [enums.FailoverDeploymentModel, "recovery-plan", "properties.failoverDeploymentModel"],
      [enums.RecoveryPlanGroupType, "recovery-plan", "$defs/group.groupType"],
      [enums.RecoveryPlanActionLocation, "recovery-plan", "$defs/action.customDetails.fabricLocation"],
      [enums.PossibleOperationsDirections, "recovery-plan", "$defs/action.failoverDirections[]"],
      [enums.ReplicationProtectedItemOperation, "recovery-plan", "$defs/action.failoverTypes[]"],
    ];
    expect(new Set(taken.map(([values]) => values))).toEqual(new Set(Object.values(enums)));
    for (const [values, kind, at] of taken) {
      const found = [...everySchema(schemaOf(kind))].find(({ path }) => path === at);
      expect([...found!.schema.enum!].sort(), at).toEqual(Object.values(values).sort());
    }
  });
});
