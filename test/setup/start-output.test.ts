import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { nextCommands } from "../../setup/next-commands.mjs";
import { stepOf, summaryOf } from "../../setup/pulumi-up.mjs";
import { reportStep } from "../../setup/report-step.mjs";
import { runOnTerminal } from "../../setup/run-command.mjs";

const type = "pulumi-nodejs:dynamic/siterecovery:ReplicationProtectedItem";

describe("what npm start shows of pulumi up", () => {
  test.each([
    [
      ` +  ${type} machine/web1 creating (1s) initial copy of disk os: 40 % of 128 MiB`,
      "machine/web1: initial copy of disk os: 40 % of 128 MiB",
    ],
    [` +  ${type} machine/web1 creating (0s) `, "machine/web1"],
    [` ~  ${type} machine/web1 updated (12s) `, "machine/web1"],
    ["@ updating....", ""],
    ["..", ""],
    ["", ""],
    ["Updating (dev):", "Updating (dev):"],
  ])("%j is the step %j", (line, step) => {
    expect(stepOf(line)).toBe(step);
  });

  const output = `Previewing update (dev):
Diagnostics:
    warning: of the preview

Resources:
    + 15 to create

Updating (dev):
 +  ${type} machine/web1 created (1s)
Diagnostics:
  ${type} (machine/web1):
    warning: web1: its disk os was written without a log

Resources:
    + 2 created
    ~ 1 updated
    3 changes. 12 unchanged

Duration: 7s
`;

  test("warnings of the update and the counts of resources are shown at its end", () => {
    expect(summaryOf(output)).toEqual([
      "warning: web1: its disk os was written without a log",
      "resources: 2 created, 1 updated",
    ]);
    expect(summaryOf("\nUpdating (dev):\n\nResources:\n    15 unchanged\n")).toEqual([
      "resources: 15 unchanged",
    ]);
    expect(summaryOf("")).toEqual([]);
  });

  test("a command's output is handed over, and its exit code is kept", async () => {
    let text = "";
    const onOutput = (chunk: string): void => void (text += chunk);
    const script = "console.log('out'); console.error('err'); process.exit(3)";
    expect(await runOnTerminal(process.execPath, ["-e", script], { onOutput })).toBe(3);
    expect(text.split("\n").filter(Boolean).toSorted()).toEqual(["err", "out"]);
  });

  test("a step is one line on a narrow terminal, with what it is at", async () => {
    const drawn: string[] = [];
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 40 });
    stream.on("data", (chunk: Buffer) => drawn.push(chunk.toString()));
    const isCi = process.env["CI"];
    delete process.env["CI"];
    try {
      await reportStep(
        "Running pulumi up (Ctrl-C stops it)",
        async (note) => {
          note("machine/web1: initial copy of disk os: 40 % of 128 MiB");
          await new Promise((resolve) => setTimeout(resolve, 1_100));
        },
        stream as unknown as NodeJS.WriteStream,
      );
    } finally {
      if (isCi !== undefined) process.env["CI"] = isCi;
    }
    const rows = drawn.join("").split("\r\x1b[2K");
    expect(rows[1]).toMatch(/^• Running pulumi up … 1\.\d s: machine/);
    for (const row of rows) expect(row.trimEnd().length).toBeLessThan(40);
    expect(rows[0]).toBe("• Running pulumi up (Ctrl-C stops it) …");
    expect(rows.at(-1)).toMatch(/^✓ Running pulumi up \(1\.\d s\)\n$/);
  });
});

describe("the next commands", () => {
  const item = (name: string, protectionState: string, testFailoverState = "None") => ({
    name,
    protectionState,
    testFailoverState,
  });
  const items = [
    item("db1", "UnplannedFailoverCommitPending"),
    item("db2", "Protected", "MarkedForDeletion"),
    item("web1", "Protected"),
  ];

  test("name a protected machine, and the home of another example", () => {
    expect(nextCommands("hyperv-to-azure", { items }).split("\n")).toEqual([
      "",
      "Nothing replicates by itself. Changes are sent while `npx siterecovery serve` runs.",
      "Next:",
      "  npx siterecovery serve                                      # send changes and run drills on their schedules, until Ctrl-C",
      "  npx siterecovery test-failover web1 --network drill-net     # a drill: start a copy of it, isolated",
      "  npx siterecovery key export --to ../siterecovery-keys.json  # a copy of the keys, which a lost home needs",
      "",
    ]);
    expect(nextCommands("vmm-to-vmm", { items })).toContain(
      "npx siterecovery --home examples/vmm-to-vmm/.siterecovery failover web1 --dry-run ",
    );
  });

  test("ask for what is wrong where no machine is protected", () => {
    expect(nextCommands("hyperv-to-azure", { items: [] })).toContain("npx siterecovery status --problems ");
  });
});
