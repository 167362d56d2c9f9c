import { Command } from "commander";
import pico from "picocolors";
import { nameOf } from "../arm-id.ts";
import type { Engine, ItemView, LeaseHolder } from "../engine/engine.ts";
import { runsFrom } from "../engine/protected-item/runs-from.ts";
import { stateFacts } from "../engine/protected-item/states.ts";
import { formatBytes } from "../format-bytes.ts";
import type { ProtectionClusterInputs } from "../kinds/protection-cluster.ts";
import { formatSeconds, formatTable, formatTime } from "./format.ts";
import { runsFromJson } from "./runs-from.ts";
import { openSession, printJson } from "./session.ts";

/** What `status --json` prints for an item; scripts read it, so names stay. */
function toJson(engine: Engine, view: ItemView): object {
  const { item } = view;
  const point = view.latestRecoveryPoint;
  return {
    name: nameOf(item.id),
    id: item.id,
    owner: engine.owners.of(item.id)?.urn ?? null,
    machineName: item.details.machineName,
    protectionState: stateFacts[item.state].protectionState,
    protectionStateDescription: stateFacts[item.state].description,
    activeLocation: item.activeLocation,
    testFailoverState: item.testFailoverState,
    replicationHealth: view.replicationHealth,
    failoverHealth: view.failoverHealth,
    healthNotes: view.healthNotes.map(({ text }) => text),
    health: view.healthNotes,
    allowedOperations: view.allowedOperations,
    underWay: view.underWay ?? null,
    lease: leaseToJson(view.lease),
    initialReplicationPercent: item.details.initialReplicationPercent,
    lastRecoveryPoint: point
      ? { id: point.id, time: new Date(point.takenAt).toISOString(), kind: point.kind }
      : null,
    processServer: view.processServerName ?? null,
    recoveryPointCount: view.recoveryPointCount ?? null,
    isTargetAway: view.isTargetAway,
    rpoSeconds: view.rpoSeconds ?? null,
    rpoThresholdSeconds: view.rpoThresholdSeconds,
    pausedAt: item.details.pausedAt === undefined ? null : new Date(item.details.pausedAt).toISOString(),
    replicationIntervalSeconds: view.replicationIntervalSeconds,
    runsFrom: runsFromJson(runsFrom(item)),
    pendingBytes: view.pendingBytes ?? null,
    disks: item.details.disks.map(({ id, sizeBytes }) => ({ id, sizeBytes })),
    lastCycle: item.details.lastCycle ?? null,
    replicationError: item.details.replicationError ?? null,
  };
}

function leaseToJson(lease: LeaseHolder | undefined): object | null {
  if (lease === undefined) return null;
  const { purpose, host, pid, epoch } = lease;
  const [takenAt, expiresAt] = [lease.takenAt, lease.expiresAt].map((time) => new Date(time).toISOString());
  return { purpose, host, pid, epoch, takenAt, expiresAt };
}

function leaseText({ purpose, host, pid, takenAt, expiresAt }: LeaseHolder): string {
  const since = formatTime(takenAt);
  return `${purpose} is under way (process ${pid} on ${host} since ${since}, renewed until ${formatTime(expiresAt)})`;
}

function stateText(view: ItemView): string {
  const { item } = view;
  if (item.state === "EnablingReplication") {
    return pico.yellow(`Initial replication ${item.details.initialReplicationPercent} %`);
  }
  const text = stateFacts[item.state].description;
  const test = item.testFailoverState === "None" ? "" : ", test failover running";
  return (stateFacts[item.state].replicates ? pico.green(text) : pico.yellow(text)) + test;
}

function toRow(view: ItemView, withServers: boolean): string[] {
  const { item } = view;
  const point = view.latestRecoveryPoint;
  return [
    nameOf(item.id),
    stateText(view),
    item.activeLocation,
    view.isTargetAway ? pico.red("target is away") : point ? formatTime(point.takenAt) : "none yet",
    view.rpoSeconds === undefined ? "-" : formatSeconds(view.rpoSeconds),
    view.recoveryPointCount === undefined ? "-" : String(view.recoveryPointCount),
    formatBytes(item.details.disks.reduce((sum, disk) => sum + disk.sizeBytes, 0)),
    view.pendingBytes === undefined ? "-" : formatBytes(view.pendingBytes),
    ...(withServers ? [view.processServerName ?? "-"] : []),
  ];
}

const head = ["MACHINE", "STATE", "RUNS AT", "LAST RECOVERY POINT", "RPO", "POINTS", "DISKS", "TO SEND"];

function printTable(engine: Engine, views: readonly ItemView[]): void {
  if (views.length === 0) {
    process.stdout.write(`No machine is protected yet (engine: ${engine.homeFolder}).\n`);
    return;
  }
  // Who serves a machine is a question only where there is more than one process server.
  const withServers = views.some((view) => view.processServerName !== undefined);
  const titles = withServers ? [...head, "PROCESS SERVER"] : head;
  const rows = views.map((view) => toRow(view, withServers));
  process.stdout.write(`${formatTable(titles, rows)}\n`);
  for (const view of views) {
    const name = nameOf(view.item.id);
    if (view.lease !== undefined) process.stdout.write(`${name}: ${leaseText(view.lease)}\n`);
    for (const note of view.healthNotes) process.stdout.write(pico.yellow(`${name}: ${note.text}\n`));
  }
  for (const plan of engine.listThings({ kind: "recovery-plan" })) {
    const { groups, lastJob } = engine.plans.view(plan.id);
    const boots = groups.filter(({ name }) => name.startsWith("Group ")).length;
    const run = lastJob === undefined ? "" : `, ${lastJob.operation} ${lastJob.state}`;
    process.stdout.write(
      `Recovery plan ${nameOf(plan.id)}: ${boots} boot group${boots === 1 ? "" : "s"}${run}\n`,
    );
  }
}

async function printClusters(engine: Engine): Promise<void> {
  for (const { id, inputs } of engine.listThings<ProtectionClusterInputs>({ kind: "protection-cluster" })) {
    const { items, description, replicationHealth } = await engine.clusters.view(inputs);
    const names = items.map(({ item }) => nameOf(item.id)).join(", ");
    process.stdout.write(
      `Protection cluster ${nameOf(id)}: ${names}; ${description}, health ${replicationHealth}\n`,
    );
  }
}

/** `siterecovery status [--json]`: what is protected, where it runs, last recovery point, RPO. */
export function statusCommand(): Command {
  return new Command("status")
    .description("what is protected, where it runs, its last recovery point and RPO")
    .option("--json", "for scripts")
    .action(async (options: { json?: boolean }, command: Command) => {
      const engine = await openSession(command);
      const views = await Promise.all(engine.items().map((item) => engine.viewItem(item.id)));
      const keys = await engine.recoveryHome.keySafety();
      const notices = engine.recoveryHome.noticesOf(keys);
      if (options.json === true) {
        printJson({
          home: engine.homeFolder,
          items: views.map((view) => toJson(engine, view)),
          keys,
          notices,
        });
      } else {
        printTable(engine, views);
        await printClusters(engine);
        for (const notice of notices) process.stdout.write(pico.yellow(`${notice}\n`));
      }
    });
}
