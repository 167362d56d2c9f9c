/** What the steps of an item are called in sentences, and the commands that take them. */
import { nameOf } from "../arm-id.ts";
import { joined, type Message, plain, said } from "../message.ts";
import type { ProtectedItem } from "./item.ts";
import type { ItemAction, ItemStep } from "./transitions.ts";

/** For people: `planned failover`. */
export const stepTitles: Readonly<Record<ItemStep, string>> = {
  PlannedFailover: "planned failover",
  UnplannedFailover: "unplanned failover",
  TestFailover: "test failover",
  TestFailoverCleanup: "test failover clean-up",
  ChangePit: "change of the recovery point",
  CancelFailover: "cancellation of the failover",
  Commit: "commit",
  Failback: "failback",
  ReverseReplicate: "reverse replication",
  RepairReplication: "resync",
  Migrate: "migration",
  DisableProtection: "end of protection",
  FinalizeProtection: "end of the initial replication",
};

/** A failover of a machine that runs at the recovery side brings it back. */
function failoverWords(item: ProtectedItem, kind: string): string {
  const verb = item.activeLocation === "primary" ? "failover" : "failback";
  return `${verb} ${nameOf(item.id)} --kind ${kind}`;
}

/** An action without a command is declared in a program or a definition. */
const commandWords: Readonly<Record<ItemAction, ((item: ProtectedItem) => string) | undefined>> = {
  PlannedFailover: (item) => failoverWords(item, "planned"),
  UnplannedFailover: (item) => failoverWords(item, "unplanned"),
  TestFailover: ({ id }) => `test-failover ${nameOf(id)} --network <network>`,
  TestFailoverCleanup: ({ id }) => `clean-up ${nameOf(id)}`,
  ChangePit: ({ id }) => `change-recovery-point ${nameOf(id)} <point>`,
  CancelFailover: ({ id }) => `cancel-failover ${nameOf(id)}`,
  Commit: ({ id }) => `commit ${nameOf(id)}`,
  Failback: ({ id }) => `failback ${nameOf(id)}`,
  ReverseReplicate: ({ id }) => `reverse-replicate ${nameOf(id)}`,
  RepairReplication: ({ id }) => `replicate ${nameOf(id)} --resync`,
  Migrate: ({ id }) => `migrate ${nameOf(id)}`,
  DisableProtection: undefined,
};

/** Command lines that take these actions of an item: `siterecovery commit web1`. */
export function commandsOf(item: ProtectedItem, actions: readonly ItemAction[]): string[] {
  return actions.flatMap((action) => {
    const words = commandWords[action]?.(item);
    return words === undefined ? [] : [`siterecovery ${words}`];
  });
}

/**
 * `` `siterecovery commit web1`, `siterecovery cancel-failover web1` ``, or `nothing`. `names` are those of what the commands are about.
 */
export function commandList(commands: readonly string[], ...names: readonly string[]): Message {
  if (commands.length === 0) return plain("nothing");
  const words = (command: string): Message[] =>
    command.split(" ").map((word) => (names.includes(word) ? said`${word}` : plain(word)));
  return joined(commands.map((command) => said`\`${joined(words(command), " ")}\``));
}
