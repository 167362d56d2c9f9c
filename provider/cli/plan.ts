/** `siterecovery plan …`: see a recovery plan and run it, outside of any program. */
import { Command, Option } from "commander";
import type { Engine } from "../engine/engine.ts";
import type { PlanRequest } from "../engine/recovery-plan/recovery-plans.ts";
import { defaultKind, refusePoint } from "./failover.ts";
import { withBeforeOptions } from "./before-move.ts";
import { planNamed } from "./plan-named.ts";
import { planText, runJson } from "./plan-table.ts";
import { type RunFlags, runPlanCommand } from "./run-plan.ts";
import { openSession, printJson } from "./session.ts";
import { networkNamed } from "./test-failover.ts";

interface FailoverFlags extends RunFlags {
  readonly planned?: boolean;
  readonly unplanned?: boolean;
  readonly recoveryPoint?: string;
  /** False with --no-source-shutdown. */
  readonly sourceShutdown: boolean;
  readonly commit?: boolean;
}

interface FailbackFlags extends RunFlags {
  readonly unplanned?: boolean;
  readonly finish?: boolean;
}

/** A subcommand that runs the plan, with the options that all of them have. */
function runs(name: string, description: string): Command {
  return withBeforeOptions(new Command(name), { json: false })
    .description(description)
    .argument("<plan>", "name of a recovery plan, or of a protection cluster")
    .option("--no-wait", "end with exit code 3 where a manual step waits, instead of waiting for it")
    .option("--json", "for scripts")
    .exitOverride();
}

function showCommand(): Command {
  return new Command("show")
    .description("the plan's groups, where its machines stand, what is allowed, its last run")
    .argument("<plan>", "name of a recovery plan, or of a protection cluster")
    .option("--json", "for scripts")
    .exitOverride()
    .action(async (name: string, flags: RunFlags, command: Command) => {
      const engine = await openSession(command);
      const view = engine.plans.view(planNamed(engine, name));
      if (flags.json !== true) return void process.stdout.write(`${planText(view)}\n`);
      const { lastJob, groups, ...facts } = view;
      const machines = groups.map((group) => ({
        ...group,
        machines: group.machines.map(({ id, item }) => ({
          id,
          state: item?.state ?? null,
          activeLocation: item?.activeLocation ?? null,
          testFailoverState: item?.testFailoverState ?? null,
        })),
      }));
      printJson({ ...facts, groups: machines, lastRun: lastJob ? runJson(view, lastJob) : null });
    });
}

function failoverCommand(): Command {
  return runs("failover", "fail the plan's machines over to the recovery side, group by group")
    .addOption(
      new Option(
        "--planned",
        "shut sources down and send their last changes (default, where all machines have it)",
      ).conflicts("unplanned"),
    )
    .option("--unplanned", "without need of the sources")
    .option("--recovery-point <point>", "for an unplanned failover: one of Azure's choices (default: latest)")
    .option("--no-source-shutdown", "unplanned: leave the Shutdown group's machines out")
    .option("--commit", "commit at once")
    .action((name: string, flags: FailoverFlags, command: Command) => {
      const { recoveryPoint = "latest", sourceShutdown } = flags;
      const requests = (engine: Engine, planId: string): PlanRequest[] => {
        const isPlanned = flags.planned ?? (flags.unplanned !== true && hasPlannedFailover(engine, planId));
        if (isPlanned) refusePoint(command, flags.recoveryPoint, "--unplanned");
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

function testFailoverCommand(): Command {
  return runs("test-failover", "start copies of the plan's machines in an isolated network, group by group")
    .requiredOption("--network <name>", "the isolated network, by name or id")
    .option("--recovery-point <point>", "one of Azure's choices", "latest")
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

function failbackCommand(): Command {
  return runs("failback", "bring the plan's machines back to the primary side, group by group")
    .option("--unplanned", "without need of the machines at the recovery side, where their flow has that")
    .option("--finish", "commit and protect them again")
    .action((name: string, flags: FailbackFlags, command: Command) => {
      const back: PlanRequest = { operation: "Failback", unplanned: flags.unplanned === true };
      const finish = [{ operation: "Commit" }, { operation: "ReverseReplicate" }] as const;
      const requests = flags.finish === true ? [back, ...finish] : [back];
      return runPlanCommand(command, name, () => requests, flags);
    });
}

function plainCommand(
  name: string,
  operation: "TestFailoverCleanup" | "CancelFailover" | "Commit" | "ReverseReplicate",
  description: string,
): Command {
  return runs(name, description).action((plan: string, flags: RunFlags, command: Command) =>
    runPlanCommand(command, plan, () => [{ operation }], flags),
  );
}

function changePointCommand(): Command {
  return runs(
    "change-recovery-point",
    "make the machines of a failover again from another point, before its commit",
  )
    .argument(
      "<point>",
      "one of Azure's choices, or the id of one machine's point: the others take its instant",
    )
    .action((name: string, recoveryPoint: string, flags: RunFlags, command: Command) =>
      runPlanCommand(command, name, () => [{ operation: "ChangePit", recoveryPoint }], flags),
    );
}

export function planCommand(): Command {
  const root = new Command("plan").description("see a recovery plan and run it");
  const commands = [
    showCommand(),
    failoverCommand(),
    testFailoverCommand(),
    plainCommand(
      "cleanup",
      "TestFailoverCleanup",
      "end the plan's test failover: its test machines are removed",
    ),
    changePointCommand(),
    plainCommand(
      "cancel-failover",
      "CancelFailover",
      "give up a failover of the plan's machines before its commit, with all that they wrote since",
    ),
    plainCommand("commit", "Commit", "commit a failover or failback of the plan's machines"),
    failbackCommand(),
    plainCommand(
      "reverse-replicate",
      "ReverseReplicate",
      "protect the plan's machines again after a failback",
    ),
  ];
  for (const command of commands) root.addCommand(command);
  return root;
}
