/** No setting of a protected item, a migration item or a cluster does nothing without a word. */
import { itemTables } from "./item-rows.ts";
import { migrationTables } from "./migration-rows.ts";
import { walkAll } from "./walk-settings.ts";

walkAll({ ...itemTables, ...migrationTables });
