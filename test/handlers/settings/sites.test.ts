/** No setting of a site's parts does nothing without a word. */
import { mappingTables } from "./mapping-rows.ts";
import { processServerTables } from "./process-server-rows.ts";
import { siteTables } from "./site-rows.ts";
import { walkAll } from "./walk-settings.ts";

walkAll({ ...siteTables, ...processServerTables, ...mappingTables });
