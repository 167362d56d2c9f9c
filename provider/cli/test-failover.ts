import { armIdOf, nameOf, sameId } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import type { ItemInputs } from "../engine/protected-item/item-things.ts";
import { SiteRecoveryError } from "../errors.ts";
import { handlerOf } from "../handlers/registry.ts";
import { type DrillInputs, drillKind, type DrillOutputs } from "../kinds/drill.ts";
import { CliCommand } from "./cli-command.ts";
import { type BeforeFlags, goesOn, type Outlook, outlookOfMove, withBeforeOptions } from "./before-move.ts";
import { pointOption } from "./failover.ts";
import { formatSeconds } from "../format-seconds.ts";
import { runsFromOf } from "../model/runs-from.ts";
import { runsFromJson, runsFromText } from "./runs-from.ts";
import { itemNamed, openSession, printJson } from "./session.ts";
import { withProgress } from "./terminal-progress.ts";
import { stoppable } from "./stoppable.ts";

/**
 * The id of the network of a name or ARM id: a virtual network in Azure, or a VM network of a second site. Throws
 * `NotFound`, listing those there are, and `InvalidInput` when several have that name.
 */
export function networkNamed(engine: Engine, name: string): string {
  const networks = (["virtual-network", "vm-network"] as const).flatMap((kind) =>
    engine.listThings({ kind }),
  );
  const found = networks.filter(({ id }) => sameId(id, name) || sameId(nameOf(id), name));
  if (found.length === 1) return found[0]!.id;
  if (found.length > 1) {
    const ids = found.map(({ id }) => id).join(", ");
    const message = `Several networks are called "${name}". Give the id of one of them: ${ids}.`;
    throw new SiteRecoveryError("InvalidInput", message);
  }
  const known = networks.map(({ id }) => nameOf(id)).join(", ") || "none";
  throw new SiteRecoveryError("NotFound", `There is no network "${name}". There are: ${known}.`);
}

/** The network that a migration item names for its tests. Throws `InvalidInput` where none is named. */
function testNetworkOf(engine: Engine, itemId: string): string {
  const settings = engine.findThing<ItemInputs>(itemId)?.inputs.properties?.providerSpecificDetails;
  const network = settings?.instanceType === "VMwareCbt" ? settings.testNetworkId : undefined;
  if (network !== undefined) return network;
  const message = `Say which isolated network the test of ${nameOf(itemId)} is to use: --network <name>.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: itemId, property: "--network" });
}

function drillOf(engine: Engine, itemId: string): DrillInputs {
  const { inputs } = engine.findThing<ItemInputs>(itemId)!;
  return {
    resourceGroupName: inputs.resourceGroupName,
    resourceName: inputs.resourceName,
    drillName: `${nameOf(itemId)}-test-failover`,
    protectedItemId: itemId,
    networkId: "",
  };
}

/** Throws `ActionNotAllowed` if the test is there already, as for a plan. One that was interrupted is resumed. */
function requireNoTest(engine: Engine, itemId: string, drillId: string): void {
  if (engine.drills.result(drillId) === undefined) return;
  const name = nameOf(itemId);
  const message = `There is nothing to do for the test failover of ${name}: it is in its test already. Allowed now: \`siterecovery clean-up ${name}\`.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: itemId });
}

interface TestFlags extends BeforeFlags {
  readonly network?: string;
  readonly recoveryPoint: string;
}

/** `siterecovery test-failover <item>`: a drill by hand; a program declares one with a Drill. */
export function testFailoverCommand(): CliCommand {
  return withBeforeOptions(new CliCommand("test-failover").json("test-failover"))
    .group("daily")
    .exits("notYet", "interrupted", "terminated")
    .example("test-failover web1 --network drill-net", "a drill; web1 itself is not touched")
    .description("start a copy of a machine in an isolated network, without touching the machine")
    .argument("<item>", "name of a protected item")
    .option("--network <name>", "the isolated network, by name or id; a migration item may name its own")
    .addOption(pointOption("").default("latest"))
    .action(async (name: string, flags: TestFlags, command: CliCommand) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const networkId = networkNamed(engine, flags.network ?? testNetworkOf(engine, id));
      const wanted = { ...drillOf(engine, id), networkId, recoveryPoint: flags.recoveryPoint };
      const drillId = armIdOf(drillKind, wanted);
      requireNoTest(engine, id, drillId);
      const foresee = async (): Promise<Outlook> =>
        outlookOfMove(id, await engine.drills.foresee(drillId, wanted));
      if (!(await goesOn(flags, foresee))) return;
      const live = await stoppable(name, (progress) => handlerOf("drill", engine).create(wanted, progress));
      const {
        machines,
        measuredRpoSeconds = 0,
        measuredRtoSeconds = 0,
      } = (live.outputs as DrillOutputs).properties;
      const { testMachineName, recoveryPointId } = machines[0]!;
      const { details } = engine.findItem(id)!;
      const from = details.testMachine && runsFromOf(details.testMachine, details);
      if (flags.json === true) {
        return printJson("test-failover", {
          name: nameOf(id),
          id,
          testMachine: testMachineName,
          networkId,
          recoveryPointId,
          rpoSeconds: measuredRpoSeconds,
          rtoSeconds: measuredRtoSeconds,
          runsFrom: runsFromJson(from),
        });
      }
      const rpo = formatSeconds(measuredRpoSeconds);
      const rto = `${measuredRtoSeconds.toFixed(1)} s`;
      process.stdout.write(
        `${testMachineName} runs in ${nameOf(networkId)}: RPO ${rpo}, RTO ${rto}\n` +
          `${from === undefined ? `  from recovery point ${recoveryPointId}` : runsFromText(from)}\nClean up with \`siterecovery clean-up ${name}\`.\n`,
      );
    });
}

/** `siterecovery clean-up <item>`: ends the item's drill and removes the test machine. */
export function cleanUpTestFailoverCommand(): CliCommand {
  return withBeforeOptions(new CliCommand("clean-up").json("clean-up"))
    .group("daily")
    .example("clean-up web1", "the drill is over")
    .description("end an item's test failover: the test machine is removed")
    .argument("<item>", "name of a protected item")
    .action(async (name: string, flags: BeforeFlags, command: CliCommand) => {
      const engine = await openSession(command);
      const { id, details } = itemNamed(engine, name);
      if (!details.testMachine) {
        const { healthNotes } = await engine.viewItem(id);
        const waiting = healthNotes.find(({ code }) => code === "JobInterrupted");
        const why = waiting === undefined ? "" : `: ${waiting.text}`;
        const message = `${name} has no test failover to clean up${why}.`;
        throw new SiteRecoveryError("ActionNotAllowed", message, { target: id });
      }
      const foresee = async (): Promise<Outlook> => outlookOfMove(id, await engine.drills.foreseeEnd(id));
      if (!(await goesOn(flags, foresee))) return;
      const removedFolder = (await engine.drills.testMachineFolder(id)) ?? null;
      await withProgress(name, (progress) => engine.drills.cleanUp(id, progress));
      const { name: testMachine } = details.testMachine;
      if (flags.json === true)
        return printJson("clean-up", { name: nameOf(id), id, testMachine, removedFolder });
      const ending =
        removedFolder === null
          ? "the drill is over; no test machine was removed"
          : "the test machine was removed";
      process.stdout.write(`${name}: ${ending}\n`);
    });
}
