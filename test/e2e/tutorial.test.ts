/**
 * The tutorial is done as it says, with the real Pulumi CLI; then the how-to pages that begin where it ends. So is what
 * README shows of the example of `npm start`.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensurePulumi } from "../../setup/pulumi-environment.mjs";
import { commandsFor, runPage, theTutorial } from "../docs/run-page.ts";

const root = path.resolve(import.meta.dirname, "../..");
const parents: string[] = [];

/** Stands in for npm: the package under test is in no registry, and `npm start` runs in a folder of its own. */
const npm = `#!/bin/sh
set -e
if [ "$1" = install ]; then
  mkdir -p node_modules
  ln -s "${root}" node_modules/siterecovery
  ln -s "${root}/node_modules/@pulumi" node_modules/@pulumi
  echo "added 2 packages"
else
  pulumi up --yes --skip-preview --stack dev >&2
  siterecovery status
  siterecovery status --json | node "${import.meta.dirname}/print-next-commands.ts"
fi
`;

interface Place {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A reader's empty folder, with the commands that pages use. */
async function makePlace(): Promise<Place> {
  const parent = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-tutorial-")));
  parents.push(parent);
  const folder = path.join(parent, "dr");
  const bin = commandsFor(folder);
  const { pulumi, env } = await ensurePulumi({ stateFolder: path.join(bin, "state") });
  fs.writeFileSync(path.join(bin, "npm"), npm, { mode: 0o755 });
  fs.writeFileSync(path.join(bin, "npx"), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  const folders = [bin, path.dirname(pulumi), path.dirname(process.execPath), env["PATH"], "/usr/sbin"];
  const environment = {
    ...env,
    PATH: folders.join(path.delimiter),
    NO_COLOR: "1",
    PULUMI_CREDENTIALS_PATH: path.join(bin, "credentials"),
    PULUMI_OPTION_SUPPRESS_PERMALINK: "true",
    SITERECOVERY_HOME: undefined,
  };
  return { folder, environment };
}

afterAll(() => {
  for (const parent of parents) fs.rmSync(parent, { recursive: true, force: true });
});

const followers = fs
  .readdirSync(path.join(root, "docs/how-to"))
  .filter((name) =>
    fs
      .readFileSync(path.join(root, "docs/how-to", name), "utf8")
      .includes(`<!-- begins with: ${theTutorial} -->`),
  );

describe("docs/tutorial.md", () => {
  let place: Place;
  beforeAll(async () => {
    const { folder, environment } = await makePlace();
    // The page itself logs in and sets a passphrase.
    place = {
      folder,
      environment: { ...environment, PULUMI_BACKEND_URL: undefined, PULUMI_CONFIG_PASSPHRASE: undefined },
    };
  });

  it("does what it says, from two images to a drill and a failover", async () => {
    const commands = await runPage("docs/tutorial.md", place);
    expect(commands.length).toBeGreaterThan(15);
    expect(commands.filter((command) => command.startsWith("pulumi up")).length).toBeGreaterThan(1);
  });

  it.each(followers)("docs/how-to/%s goes on from there", async (name) => {
    expect((await runPage(`docs/how-to/${name}`, place)).length).toBeGreaterThan(2);
  });
});

describe("README.md", () => {
  it("shows what its commands print", async () => {
    const { folder, environment } = await makePlace();
    const example = "hyperv-to-azure";
    const made = spawnSync(process.execPath, [path.join(root, "examples/make-machines.ts"), example, folder]);
    expect(made.status, String(made.stderr)).toBe(0);
    const write = (file: string, text: string): void => fs.writeFileSync(path.join(folder, file), text);
    fs.copyFileSync(
      path.join(root, "examples", example, "siterecovery.yaml"),
      path.join(folder, "siterecovery.yaml"),
    );
    write("package.json", '{ "name": "dr", "type": "module" }');
    write("Pulumi.yaml", "name: dr\nruntime: nodejs\nmain: index.js\n");
    write("index.js", 'import { declareStack } from "siterecovery";\ndeclareStack("siterecovery.yaml");\n');
    const run = (command: string): void => {
      const { status, stderr } = spawnSync("bash", ["-c", command], { cwd: folder, env: environment });
      expect(status, String(stderr)).toBe(0);
    };
    run("npm install && pulumi stack init dev");
    expect((await runPage("README.md", { folder, environment })).length).toBeGreaterThan(3);
  });
});
