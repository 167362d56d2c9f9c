// `npm run build`: builds dist/ when it is not up to date.

import { buildWhenStale } from "./build-when-stale.mjs";
import { installDependencies } from "./install-dependencies.mjs";
import { runToExit } from "./setup-error.mjs";

await runToExit(async () => {
  await installDependencies();
  await buildWhenStale();
  return 0;
});
