import { drillEvidence } from "./drill-evidence.ts";
import { leftByKilled } from "./left-by-killed.ts";
import type { Mutant } from "./mutant.ts";
import { shownSecrets } from "./shown-secrets.ts";
import { syncCalls } from "./sync-calls.ts";
import { wrongBytes } from "./wrong-bytes.ts";
import { wrongGuest } from "./wrong-guest.ts";
import { wrongObjects } from "./wrong-objects.ts";
import { wrongOrder } from "./wrong-order.ts";
import { wrongOverwrites } from "./wrong-overwrites.ts";
import { wrongOwner } from "./wrong-owner.ts";
import { wrongTarget } from "./wrong-target.ts";
import { wrongTracking } from "./wrong-tracking.ts";

/** All faults that `npm run mutants` puts into the engine. */
export const mutants: readonly Mutant[] = [
  ...syncCalls,
  ...leftByKilled,
  ...drillEvidence,
  ...wrongOrder,
  ...wrongObjects,
  ...wrongTarget,
  ...wrongTracking,
  ...wrongOwner,
  ...wrongOverwrites,
  ...wrongGuest,
  ...wrongBytes,
  ...shownSecrets,
];
