// versitygw, an S3 endpoint for tests that enforces conditions, checksums and object locks. It is built with Go once for all clones, into
// the user's cache folder, and started by the tests that need it.

import { builtExecutable, buildUnlessThere } from "./pulumi-cli/build-with-go.mjs";
import { SetupError } from "./setup-error.mjs";

const VERSION = "v1.8.0";

/** @type {import("./pulumi-cli/go-build.mjs").GoProgram & {folderName: string}} */
const PROGRAM = {
  folderName: `versitygw-${VERSION}`,
  what: `versitygw ${VERSION}, an S3 server for tests, with Go (2 to 15 minutes, once on this machine)`,
  executable: "versitygw",
  modules: { "github.com/versity/versitygw": VERSION },
  packageName: "github.com/versity/versitygw/cmd/versitygw",
};

/**
 * Builds versitygw unless it is there already.
 * @returns {Promise<string>} its executable
 */
export async function ensureVersitygw() {
  const notBuilt = await buildUnlessThere(PROGRAM, process.env);
  if (notBuilt !== undefined) {
    throw new SetupError(
      `The S3 server of the tests is not there: ${notBuilt}.\n` +
        "Install Go 1.25 or newer (https://go.dev/dl/), and check that the Go module proxy can be reached.",
    );
  }
  return builtExecutable(PROGRAM, process.env);
}
