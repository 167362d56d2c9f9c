/** The tutorial is done as it says, with the real Pulumi CLI; then the how-to pages that begin where it ends. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensurePulumi } from "../../setup/pulumi-environment.mjs";
import { commandsFor, runPage, theTutorial } from "../docs/run-page.ts";

const root = path.resolve(import.meta.dirname, "../..");
const parent = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-tutorial-")));
const folder = path.join(parent, "dr");
let environment: Record<string, string | undefined>;

/** Stands in for npm: the package under test is in no registry. */
const npm = `#!/bin/sh
mkdir -p node_modules
ln -s "${root}" node_modules/siterecovery
ln -s "${root}/node_modules/@pulumi" node_modules/@pulumi
echo "added 2 packages"
`;

beforeAll(async () => {
  const { pulumi, env } = await ensurePulumi({ stateFolder: path.join(folder, ".bin", "state") });
  const bin = commandsFor(folder);
  fs.writeFileSync(path.join(bin, "npm"), npm, { mode: 0o755 });
  environment = {
    ...env,
    PATH: [bin, path.dirname(pulumi), path.dirname(process.execPath), env["PATH"], "/usr/sbin"].join(
      path.delimiter,
    ),
    NO_COLOR: "1",
    // The page itself logs in and sets a passphrase.
    PULUMI_BACKEND_URL: undefined,
    PULUMI_CONFIG_PASSPHRASE: undefined,
    PULUMI_CREDENTIALS_PATH: path.join(bin, "credentials"),
    PULUMI_OPTION_SUPPRESS_PERMALINK: "true",
    SITERECOVERY_HOME: undefined,
  };
});
afterAll(() => fs.rmSync(parent, { recursive: true, force: true }));

const followers = fs
  .readdirSync(path.join(root, "docs/how-to"))
  .filter((name) =>
    fs
      .readFileSync(path.join(root, "docs/how-to", name), "utf8")
      .includes(`<!-- begins with: ${theTutorial} -->`),
  );

describe("docs/tutorial.md", () => {
  it("does what it says, from two images to a drill and a failover", async () => {
    const commands = await runPage("docs/tutorial.md", { folder, environment });
    expect(commands.length).toBeGreaterThan(15);
    expect(commands.filter((command) => command.startsWith("pulumi up")).length).toBeGreaterThan(1);
  });

  it.each(followers)("docs/how-to/%s goes on from there", async (name) => {
    expect((await runPage(`docs/how-to/${name}`, { folder, environment })).length).toBeGreaterThan(2);
  });
});
