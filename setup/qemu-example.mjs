// The machine of `npm start -- qemu`: a guest that QEMU runs, and a drill that boots a copy of it.

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { requireQemu } from "./ensure-qemu.mjs";
import { ensureGuest } from "./guest/ensure-guest.mjs";
import { run } from "./guest/run-program.mjs";
import { nodePath, programFile, projectFolder } from "./project.mjs";
import { reportStep } from "./report-step.mjs";
import { collectOutput } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

const MACHINE = "web1";

/** The guest says what its check found on the disks, then that it is up. */
const STATUS = /^STATUS /;

const definition = `name: ${MACHINE}
guestOs: { family: linux, name: Debian, version: "12" }
firmware: bios
cpus: 1
memoryMiB: 256
qemu:
  channels: [app.ack]
ready:
  console: "^UP"
  lastWrite: { console: '^STATUS .*"lastWriteTime":"([^"]+)"' }
  withinSeconds: 600
nics: [{ name: eth0, network: production }]
disks:
  - { id: os, file: os.img, role: os }
  - { id: data, file: data.img, role: data }
`;

/**
 * Makes the machine unless it is there, and starts it unless it runs or runs at the other side. Throws `SetupError` with the
 * command to type if QEMU is missing.
 * @param {string} folder the example's
 * @param {Record<string, string>} environment
 */
export async function startQemuMachine(folder, environment) {
  requireQemu();
  const machine = join(folder, "hv1", MACHINE);
  if (!existsSync(join(machine, "machine.yaml"))) await makeMachine(machine);
  const ended = await reportStep(`Starting ${MACHINE} in QEMU, until its guest says that it is up`, () =>
    siterecovery(["power", "on", machine, "--wait"], environment),
  );
  // It was failed over: it stays off, and its replica runs.
  const isAway = ended.exitCode === 1 && ended.output.includes("was moved to the recovery side");
  if (ended.exitCode !== 0 && !isAway) throw new SetupError(ended.output.trim(), ended.exitCode);
}

/**
 * Boots a copy of the machine, isolated, and removes it again.
 * @param {Record<string, string>} environment
 * @returns {Promise<string | undefined>} what its guest has said of its disks; `undefined` if no drill can be now
 */
export async function drillQemuMachine(environment) {
  const { items } =
    /** @type {{ items: { name: string, activeLocation: string, testFailoverState: string }[] }} */ (
      await json(["status"], environment)
    );
  const item = items.find(({ name }) => name === MACHINE);
  if (item?.activeLocation !== "primary" || item.testFailoverState !== "None") return undefined;
  // The copy shows what the guest has written by now.
  const replicated = await siterecovery(["replicate", MACHINE], environment);
  if (replicated.exitCode !== 0) throw new SetupError(replicated.output.trim(), replicated.exitCode);
  const { runsFrom } = /** @type {{ runsFrom: { folder: string } }} */ (
    await reportStep(`Drill: a copy of ${MACHINE} boots, isolated, until its guest says that it is up`, () =>
      json(["test-failover", MACHINE, "--network", "drill-net"], environment),
    )
  );
  const { lines } = /** @type {{ lines: string[] }} */ (
    await json(["console", runsFrom.folder, "--limit", "200"], environment)
  );
  await json(["clean-up", MACHINE], environment);
  const status = lines.find((line) => STATUS.test(line));
  if (status === undefined) throw new SetupError(`The copy of ${MACHINE} said nothing of its disks.`);
  return status;
}

/**
 * What `npm start -- qemu` says of its drill and its machine.
 * @param {string | undefined} status
 * @returns {string}
 */
export function qemuSummary(status) {
  return [
    "",
    ...(status === undefined
      ? ["No drill was run: the machine runs at the recovery side, or another drill is not cleaned up."]
      : ["The drill's copy has booted and said:", `  ${status}`]),
    `${MACHINE} runs on. To stop it:`,
    `  npx siterecovery --home examples/qemu/.siterecovery power off ${MACHINE}`,
    "",
  ].join("\n");
}

/** @param {string} machine */
async function makeMachine(machine) {
  const images = await ensureGuest(MACHINE);
  const partial = `${machine}.new`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  await run("cp", ["--sparse=always", images.osImage, join(partial, "os.img")]);
  await run("cp", ["--sparse=always", images.dataImage, join(partial, "data.img")]);
  writeFileSync(join(partial, "machine.yaml"), definition);
  rmSync(machine, { recursive: true, force: true });
  renameSync(partial, machine);
}

/**
 * @param {string[]} words
 * @param {Record<string, string>} environment
 */
function siterecovery(words, environment) {
  return collectOutput(nodePath(), [programFile, ...words], { folder: projectFolder, environment });
}

/**
 * @param {string[]} words
 * @param {Record<string, string>} environment
 * @returns {Promise<unknown>} what the command has printed
 */
async function json(words, environment) {
  const { exitCode, output } = await siterecovery([...words, "--json"], environment);
  if (exitCode !== 0) throw new SetupError(output.trim(), exitCode);
  // Progress comes before it.
  return JSON.parse(/^\{\n[^]*^\}$/m.exec(output)?.[0] ?? "null");
}
