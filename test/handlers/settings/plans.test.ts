/** No setting of a recovery plan or a drill does nothing without a word; and each kind has its table. */
import { expect, it } from "vitest";
import { kindNames } from "../../../provider/kinds/kind.ts";
import { azureTables } from "./azure-rows.ts";
import { itemTables } from "./item-rows.ts";
import { mappingTables } from "./mapping-rows.ts";
import { migrationTables } from "./migration-rows.ts";
import { planTables } from "./plan-rows.ts";
import { policyTables } from "./policy-rows.ts";
import { processServerTables } from "./process-server-rows.ts";
import { siteTables } from "./site-rows.ts";
import { walkAll } from "./walk-settings.ts";

it("each kind has a table of its settings", () => {
  const items = [itemTables, migrationTables, planTables, policyTables];
  const tables = [azureTables, ...items, siteTables, processServerTables, mappingTables];
  const kinds = tables.flatMap((table) => Object.keys(table));
  expect(kinds.toSorted()).toEqual([...kindNames].toSorted());
});

walkAll(planTables);
