import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pulumiVersion } from "../project.mjs";
import { reportStep } from "../report-step.mjs";
import { collectOutput } from "../run-command.mjs";
import { cliName } from "./cli-folder.mjs";
import { makeOnce } from "./make-once.mjs";

const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** A Go module whose only content is the version of the CLI to build; `go build` completes it with what those need. */
const MODULE = `module siterecovery.local/pulumi-cli

go 1.25.0

require (
	github.com/pulumi/pulumi/pkg/v3 v${pulumiVersion}
	github.com/pulumi/pulumi/sdk/v3 v${pulumiVersion}
)

tool ${PACKAGE}
`;

/**
 * Builds the CLI from its source with Go, for networks from which the official download cannot be reached.
 * @param {string} folder the folder of the cache to make
 * @returns {Promise<string | undefined>} why it did not work, or nothing when the folder is there now
 */
export async function buildWithGo(folder) {
  const goVersion = await collectOutput("go", ["version"]);
  if (goVersion.exitCode !== 0) return "Go is not installed, so the CLI cannot be built from source";
  try {
    await reportStep(`Building Pulumi ${pulumiVersion} with Go (4 to 10 minutes, once on this machine)`, () =>
      makeOnce(folder, compile),
    );
    return undefined;
  } catch (error) {
    return `building the CLI with Go did not work: ${/** @type {Error} */ (error).message}`;
  }
}

/** @param {string} folder */
async function compile(folder) {
  const moduleFolder = join(folder, "module");
  const binaryFolder = join(folder, "bin");
  mkdirSync(moduleFolder);
  mkdirSync(binaryFolder);
  writeFileSync(join(moduleFolder, "go.mod"), MODULE);
  const linkFlags = `-s -w -X ${VERSION_VARIABLE}=v${pulumiVersion}`;
  const target = join(binaryFolder, cliName);
  const parameters = ["build", "-mod=mod", "-trimpath", "-ldflags", linkFlags, "-o", target, PACKAGE];
  const { exitCode, output } = await collectOutput("go", parameters, {
    folder: moduleFolder,
    environment: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" },
  });
  if (exitCode !== 0) throw new Error(output.trim().split("\n").slice(-5).join("\n"));
  rmSync(moduleFolder, { recursive: true, force: true });
}
