/** No setting of a site's parts does nothing without a word. */
import { siteTables } from "./site-rows.ts";
import { walkAll } from "./walk-settings.ts";

walkAll(siteTables);
