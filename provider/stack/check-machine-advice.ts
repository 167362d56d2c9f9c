/** What is advised for a machine as its machine.yaml and its disks are: app-consistent points, and how much a disk changes. */
import type { MachineFacts } from "../machines/machine-facts.ts";
import { figure } from "../rules/limits.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import type { Findings } from "./findings.ts";
import { containerOf, targetSiteOf } from "./site-of.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";

interface FoundMachine {
  readonly wanted: StackMachine;
  readonly machine: MachineFacts;
  readonly at: YamlPath;
}

function checkConsistency(
  stack: StackDefinition,
  { wanted, machine, at }: FoundMachine,
  findings: Findings,
): void {
  if (!machine.hasConsistencyCommands) return;
  const name = containerOf(stack, wanted)?.policy;
  const policy = stack.policies.find((one) => one.name === name);
  if (policy === undefined) return;
  const frequency =
    policy["applicationConsistentSnapshotFrequencyInHours"] ?? policy["appConsistentFrequencyInMinutes"] ?? 0;
  if (frequency !== 0) return;
  const message = `has commands for app-consistent points, and its policy '${policy.name}' takes none; set their frequency`;
  findings.add("machine-consistency-unused", [...at, "name"], message);
}

/** The storage account of a machine: the one it names, or the only one. */
function isOnStandard(stack: StackDefinition, wanted: StackMachine): boolean {
  const { storageAccounts } = stack.azure;
  const account =
    wanted.storageAccount === undefined && storageAccounts.length === 1
      ? storageAccounts[0]
      : storageAccounts.find(({ name }) => name === wanted.storageAccount);
  return account !== undefined && (account.sku ?? "Standard_LRS").startsWith("Standard");
}

function checkDiskChurn(
  stack: StackDefinition,
  { wanted, machine, at }: FoundMachine,
  findings: Findings,
): void {
  const change = wanted.dailyChangeGibibytes;
  if (change === undefined || targetSiteOf(stack, wanted) !== undefined || !isOnStandard(stack, wanted))
    return;
  const count = wanted.disks?.length ?? machine.disks.length;
  const most = count * figure("standardDiskChurnGibibytesPerDay");
  if (change <= most) return;
  const disks = count === 1 ? "one disk" : `${count} disks`;
  const message = `is ${change} GiB a day, and ${most} GiB are advised for ${disks} on standard storage; take a premium storage account, or more disks`;
  findings.add("machine-disk-churn", [...at, "dailyChangeGibibytes"], message);
}

export function checkMachineAdvice(stack: StackDefinition, found: FoundMachine, findings: Findings): void {
  checkConsistency(stack, found, findings);
  checkDiskChurn(stack, found, findings);
}
