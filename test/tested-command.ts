/**
 * What tests start as `siterecovery`: `npm test` names the built command, which is what users get and starts three times as fast; a test
 * that is run by itself, and a fault that is put into the sources, runs those.
 */
import path from "node:path";

export const testedCommand =
  process.env["SITERECOVERY_TESTED_COMMAND"] ?? path.resolve(import.meta.dirname, "../provider/cli/main.ts");
