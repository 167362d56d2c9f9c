/** `siterecovery plan …`: see a recovery plan and run it, outside of any program. */
import type { Command } from "commander";
import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { planCommandsOf } from "../engine/recovery-plan/plan-commands.ts";
import type { PlanRequest } from "../engine/recovery-plan/recovery-plans.ts";
import type { FailoverKind } from "../model/flows.ts";
import { CliCommand } from "./cli-command.ts";
import { defaultKind, kindOption, pointOption, refusePoint } from "./failover.ts";
import { withBeforeOptions } from "./before-move.ts";
import { planNamed } from "./plan-named.ts";
import { runsFrom } from "../model/runs-from.ts";
import { planText, runJson } from "./plan-table.ts";
import { type RunFlags, runPlanCommand } from "./run-plan.ts";
import { runsFromJson } from "./runs-from.ts";
import { openSession, printJson } from "./session.ts";
import { networkNamed } from "./test-failover.ts";

interface FailoverFlags extends RunFlags {
  readonly kind?: FailoverKind;
  readonly recoveryPoint?: string;
  /** False with --no-source-shutdown. */
  readonly sourceShutdown: boolean;
  readonly commit?: boolean;
}

interface FailbackFlags extends RunFlags {
  readonly kind?: FailoverKind;
  readonly finish?: boolean;
}

type RunVerb =
  | "failover"
  | "test-failover"
  | "clean-up"
  | "change-recovery-point"
  | "cancel-failover"
  | "commit"
  | "failback"
  | "reverse-replicate";

/** A subcommand that runs the plan, with the options that all of them have. */
function runs(name: RunVerb, description: string, example: readonly [string, string]): CliCommand {
  return withBeforeOptions(new CliCommand(name).json(`plan ${name}`), "plan --dry-run")
    .description(description)
    .exits("notYet")
    .example(`plan ${name} ${example[0]}`, example[1])
    .argument("<plan>", "name of a recovery plan, or of a protection cluster")
    .option("--no-wait", "end with exit code 3 where a manual step waits, instead of waiting for it");
}

function showCommand(): CliCommand {
  return new CliCommand("show")
    .example("plan show shop", "its groups, what is allowed now, its last run")
    .description("the plan's groups, where its machines stand, what is allowed, its last run")
    .argument("<plan>", "name of a recovery plan, or of a protection cluster")
    .json("plan show")
    .action(async (name: string, flags: RunFlags, command: Command) => {
      const engine = await openSession(command);
      const view = engine.plans.view(planNamed(engine, name));
      if (flags.json !== true) return void process.stdout.write(`${planText(view)}\n`);
      const { lastJob, groups, id, allowedOperations, underWay, activeLocation } = view;
      const machines = groups.map((group) => ({
        ...group,
        machines: group.machines.map(({ id: itemId, item }) => ({
          id: itemId,
          state: item?.state ?? null,
          activeLocation: item?.activeLocation ?? null,
          testFailoverState: item?.testFailoverState ?? null,
          runsFrom: runsFromJson(item && runsFrom(item)),
        })),
      }));
      printJson("plan show", {
        plan: nameOf(id),
        id,
        groups: machines,
        allowedOperations,
        allowedCommands: planCommandsOf(id, allowedOperations, underWay === undefined ? view.items : []),
        underWay: underWay ?? null,
        activeLocation: activeLocation ?? null,
        lastRun: lastJob ? runJson(view, lastJob) : null,
      });
    });
}

function failoverCommand(): CliCommand {
  return runs("failover", "fail the plan's machines over to the recovery side, group by group", [
    "shop --kind unplanned",
    "the site is lost",
  ])
    .addOption(kindOption())
    .addOption(pointOption("for an unplanned failover: "))
    .option("--no-source-shutdown", "unplanned: leave the Shutdown group's machines out")
    .option("--commit", "commit at once")
    .action((name: string, flags: FailoverFlags, command: Command) => {
      const { recoveryPoint = "latest", sourceShutdown } = flags;
      const requests = (engine: Engine, planId: string): PlanRequest[] => {
        const isPlanned =
          flags.kind === undefined ? hasPlannedFailover(engine, planId) : flags.kind === "planned";
        if (isPlanned) refusePoint(command, flags.recoveryPoint, "--kind unplanned");
        const request: PlanRequest = isPlanned
          ? { operation: "PlannedFailover" }
          : { operation: "UnplannedFailover", recoveryPoint, shutDownSources: sourceShutdown };
        return [request, ...(flags.commit === true ? [{ operation: "Commit" } as const] : [])];
      };
      return runPlanCommand(command, name, requests, flags);
    });
}

/** Whether each of a plan's machines has a planned failover: VMware machines and physical servers have none. */
function hasPlannedFailover(engine: Engine, planId: string): boolean {
  return engine.plans.view(planId).items.every((item) => defaultKind(item) === "planned");
}

function testFailoverCommand(): CliCommand {
  return runs("test-failover", "start copies of the plan's machines in an isolated network, group by group", [
    "shop --network drill-net",
    "a drill of the whole plan",
  ])
    .requiredOption("--network <name>", "the isolated network, by name or id")
    .addOption(pointOption("").default("latest"))
    .action(
      (name: string, flags: RunFlags & { network: string; recoveryPoint: string }, command: Command) => {
        const { network, recoveryPoint } = flags;
        return runPlanCommand(
          command,
          name,
          (engine) => [
            { operation: "TestFailover", networkId: networkNamed(engine, network), recoveryPoint },
          ],
          flags,
        );
      },
    );
}

function failbackCommand(): CliCommand {
  return runs("failback", "bring the plan's machines back to the primary side, group by group", [
    "shop --finish",
    "bring them home, commit, and protect them again",
  ])
    .addOption(kindOption())
    .option("--finish", "commit and protect them again")
    .action((name: string, flags: FailbackFlags, command: Command) => {
      const back: PlanRequest = { operation: "Failback", unplanned: flags.kind === "unplanned" };
      const finish = [{ operation: "Commit" }, { operation: "ReverseReplicate" }] as const;
      const requests = flags.finish === true ? [back, ...finish] : [back];
      return runPlanCommand(command, name, () => requests, flags);
    });
}

function plainCommand(
  name: RunVerb,
  operation: "TestFailoverCleanup" | "CancelFailover" | "Commit" | "ReverseReplicate",
  description: string,
  example: string,
): CliCommand {
  return runs(name, description, ["shop", example]).action(
    (plan: string, flags: RunFlags, command: Command) =>
      runPlanCommand(command, plan, () => [{ operation }], flags),
  );
}

function changePointCommand(): CliCommand {
  return runs(
    "change-recovery-point",
    "make the machines of a failover again from another point, before its commit",
    ["shop latestApplicationConsistent", "an older point for all of them"],
  )
    .argument(
      "<point>",
      "one of Azure's choices, or the id of one machine's point: the others take its instant",
    )
    .action((name: string, recoveryPoint: string, flags: RunFlags, command: Command) =>
      runPlanCommand(command, name, () => [{ operation: "ChangePit", recoveryPoint }], flags),
    );
}

export function planCommand(): CliCommand {
  const root = new CliCommand("plan").group("emergency").description("see a recovery plan and run it");
  const commands = [
    showCommand(),
    failoverCommand(),
    testFailoverCommand(),
    plainCommand(
      "clean-up",
      "TestFailoverCleanup",
      "end the plan's test failover: its test machines are removed",
      "the drill is over",
    ),
    changePointCommand(),
    plainCommand(
      "cancel-failover",
      "CancelFailover",
      "give up a failover of the plan's machines before its commit, with all that they wrote since",
      "go back to the machines from before the failover",
    ),
    plainCommand(
      "commit",
      "Commit",
      "commit a failover or failback of the plan's machines",
      "accept where they run",
    ),
    failbackCommand(),
    plainCommand(
      "reverse-replicate",
      "ReverseReplicate",
      "protect the plan's machines again after a failback",
      "protect them from the side that they run at now",
    ),
  ];
  for (const command of commands) root.addCommand(command);
  return root;
}
