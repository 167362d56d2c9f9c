import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import type { ItemView } from "../engine/item-view.ts";
import { commandsOf } from "../model/commands.ts";
import type { ReplicationFailure } from "../model/item.ts";
import { runsFrom } from "../model/runs-from.ts";
import { stateFacts } from "../model/states.ts";
import { cycleJson } from "./cycle-json.ts";
import { drillJson } from "./drill-json.ts";
import type { ItemJson, ReplicationErrorJson, StatusJson } from "./json/status.ts";
import { leaseJson } from "./lease-json.ts";
import { runsFromJson } from "./runs-from.ts";
import type { Overview } from "./status-overview.ts";
import { isoTime, isoTimeOrNull } from "./times.ts";

function errorJson({ code, message, at, attempt, retryAt }: ReplicationFailure): ReplicationErrorJson {
  return {
    code,
    message,
    failedAt: isoTime(at),
    attempt: attempt ?? null,
    retryAt: isoTimeOrNull(retryAt),
  };
}

function itemJson(engine: Engine, view: ItemView, site: string): ItemJson {
  const { item, latestRecoveryPoint: point } = view;
  const { details } = item;
  return {
    name: nameOf(item.id),
    id: item.id,
    site,
    owner: engine.owners.of(item.id)?.urn ?? null,
    machineName: details.machineName,
    protectionState: stateFacts[item.state].protectionState,
    protectionStateDescription: stateFacts[item.state].description,
    activeLocation: item.activeLocation,
    testFailoverState: item.testFailoverState,
    replicationHealth: view.replicationHealth,
    failoverHealth: view.failoverHealth,
    healthNotes: view.healthNotes.map(({ text }) => text),
    health: view.healthNotes.map(({ severity, code, text }) => ({ severity, code, text })),
    allowedOperations: view.allowedOperations,
    allowedCommands: commandsOf(item, view.allowedOperations),
    underWay: view.underWay ?? null,
    lease: leaseJson(view.lease),
    initialReplicationPercent: details.initialReplicationPercent,
    lastRecoveryPoint: point ? { id: point.id, time: isoTime(point.takenAt), kind: point.kind } : null,
    processServer: view.processServerName ?? null,
    recoveryPointCount: view.recoveryPointCount ?? null,
    isTargetAway: view.isTargetAway,
    rpoSeconds: view.rpoSeconds ?? null,
    rpoThresholdSeconds: view.rpoThresholdSeconds,
    pausedAt: isoTimeOrNull(details.pausedAt),
    replicationIntervalSeconds: view.replicationIntervalSeconds,
    runsFrom: runsFromJson(runsFrom(item)),
    pendingBytes: view.pendingBytes ?? null,
    disks: details.disks.map(({ id, sizeBytes }) => ({ id, sizeBytes })),
    lastCycle: details.lastCycle ? cycleJson(details.lastCycle) : null,
    replicationError: details.replicationError ? errorJson(details.replicationError) : null,
  };
}

export function statusJson(engine: Engine, overview: Overview): StatusJson {
  const { items, plans, clusters, drills, keys, notices } = overview;
  return {
    home: engine.homeFolder,
    items: items.map(({ view, site }) => itemJson(engine, view, site)),
    plans: plans.map(({ id, bootGroupCount, activeLocation, lastJob }) => ({
      name: nameOf(id),
      id,
      bootGroupCount,
      activeLocation: activeLocation ?? null,
      lastRun: lastJob ? { operation: lastJob.operation, state: lastJob.state } : null,
    })),
    clusters: clusters.map(({ id, items: members, description, replicationHealth }) => ({
      name: nameOf(id),
      id,
      items: members.map(({ item }) => nameOf(item.id)),
      state: description,
      replicationHealth,
    })),
    drills: drills.map(drillJson),
    keys: keys.map(({ holderId, isCopied, hasPassphrase, catalogBehind }) => ({
      holderId,
      isCopied: isCopied ?? null,
      hasPassphrase: hasPassphrase ?? null,
      catalogBehind,
    })),
    notices,
  };
}
