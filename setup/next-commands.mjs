import { DEFAULT_EXAMPLE } from "./choose-example.mjs";

/**
 * What `npm start` ends with: that nothing replicates by itself, and the next three commands.
 * @param {string} example
 * @param {{ items: readonly { name: string, protectionState: string, testFailoverState: string }[] }} status what `siterecovery status --json` prints
 * @returns {string} with an end of line
 */
export function nextCommands(example, { items }) {
  const isDefault = example === DEFAULT_EXAMPLE;
  const program = `npx siterecovery${isDefault ? "" : ` --home examples/${example}/.siterecovery`}`;
  const machine = items.find(
    ({ protectionState, testFailoverState }) =>
      protectionState === "Protected" && testFailoverState === "None",
  )?.name;
  const steps = [
    ["serve", "send changes and run drills on their schedules, until Ctrl-C"],
    machine === undefined
      ? ["status --problems", "what needs a person"]
      : isDefault
        ? [`test-failover ${machine} --network drill-net`, "a drill: start a copy of it, isolated"]
        : [`failover ${machine} --dry-run`, "what a failover would do; it changes nothing"],
    ["key export --to ../siterecovery-keys.json", "a copy of the keys, which a lost home needs"],
  ];
  const widest = Math.max(...steps.map(([words = ""]) => words.length));
  const lines = steps.map(([words = "", what]) => `  ${program} ${words.padEnd(widest)}  # ${what}`);
  return [
    "",
    "Nothing replicates by itself. Changes are sent while `npx siterecovery serve` runs.",
    "Next:",
    ...lines,
    "",
  ].join("\n");
}
