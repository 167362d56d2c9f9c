import { describe, expect, it } from "vitest";
import { isShown, stepsOf } from "./page-steps.ts";

describe("the steps of a page", () => {
  it("are files, commands with their output, and commands that readers do not see", () => {
    const page = [
      "# Page",
      "<!-- run",
      "true",
      "-->",
      "```yaml [a/b.yaml]",
      "x: 1",
      "```",
      "```sh",
      "not run",
      "```",
      "```console exit=1 stop=2",
      "$ one \\",
      "  more",
      "out",
      "",
      "out",
      "$ two",
      "```",
      "",
    ].join("\n");
    const steps = stepsOf(page);
    expect(steps).toMatchObject([
      { command: "true\n", exitCode: 0 },
      { file: "a/b.yaml", text: "x: 1\n" },
      { command: "one \\\n  more", output: "out\n\nout\n", exitCode: 1, stopSeconds: 2 },
      { command: "two", output: "" },
    ]);
    const { outputAt } = steps[2] as { outputAt: number };
    expect(page.slice(outputAt, outputAt + 3)).toBe("out");
    expect(() => stepsOf("```console\nout\n```\n")).toThrow("has no command");
  });

  it("show what was printed if only times, ids, durations, sizes and widths differ", () => {
    const shown = "web1  Protected  2026-11-29 00:48:05Z  4 min  16.5 MiB\n";
    expect(isShown(shown, "web1   Protected   2027-01-02 10:00:00Z   1 s   1 B\n")).toBe(true);
    expect(isShown(shown, "web1  Failed  2027-01-02 10:00:00Z  1 s  1 B\n")).toBe(false);
    expect(isShown("a\n…\nc\n", "a\nb\nb\nc\n")).toBe(true);
    expect(isShown("a\n…\nc\n", "a\nb\nd\n")).toBe(false);
    expect(isShown("", "a\n")).toBe(false);
  });
});
