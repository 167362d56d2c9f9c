/** No setting of a vault, a storage account or a virtual network does nothing without a word. */
import { azureTables } from "./azure-rows.ts";
import { walkAll } from "./walk-settings.ts";

walkAll(azureTables);
