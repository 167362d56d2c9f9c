/** No setting of a policy does nothing without a word. */
import { policyTables } from "./policy-rows.ts";
import { walkAll } from "./walk-settings.ts";

walkAll(policyTables);
