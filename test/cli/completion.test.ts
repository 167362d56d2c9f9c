/** Completion scripts and the man page, made from the tree of commands and read by the programs that they are for. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { allNodes, commandTree } from "../../provider/cli/command-tree.ts";
import { completionScripts } from "../../provider/cli/completion.ts";
import { program } from "../../provider/cli/program.ts";
import { manPage } from "../../provider/cli/shell/man-page.ts";
import { placesOf } from "../../provider/cli/shell/words.ts";
import { packageVersion } from "../../provider/package-version.ts";
import { temporaryFolder } from "../setup/temporary-folder.ts";

const tree = commandTree(program());
const places = placesOf(tree);
const { bash, zsh, fish } = completionScripts;

/** Whether a program is on this computer. */
const has = (name: string): boolean => spawnSync("which", [name]).status === 0;

function run(name: string, words: readonly string[], input = ""): string {
  const { status, stdout, stderr } = spawnSync(name, words, { input, encoding: "utf8" });
  expect(`${status} ${stderr}`, name).toBe("0 ");
  return stdout;
}

/** What bash completes at the end of a line. */
function completed(line: string): string[] {
  const words = line.split(" ").map((word) => `'${word}'`);
  const script = `${bash(places)}
COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _siterecovery; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run("bash", ["-c", script]).trim().split("\n");
}

describe("completion", () => {
  it("is a script that bash, zsh and fish can read", () => {
    run("bash", ["-n"], bash(places));
    if (has("zsh")) run("zsh", ["-n", "-c", zsh(places)]);
    if (!has("fish")) return;
    const file = path.join(temporaryFolder(), "siterecovery.fish");
    fs.writeFileSync(file, fish(places));
    run("fish", ["--no-execute", file]);
  });

  it("completes commands, options and values where they are", () => {
    expect(completed("siterecovery fail")).toEqual(["failover", "failback"]);
    expect(completed("siterecovery plan clean")).toEqual(["clean-up"]);
    expect(completed("siterecovery plan failover --ki")).toEqual(["--kind"]);
    expect(completed("siterecovery plan failover shop --kind ")).toEqual(["planned", "unplanned"]);
    expect(completed("siterecovery --home /tmp/home status --pro")).toEqual(["--problems"]);
    expect(completed("siterecovery failover --recovery-point ")).toEqual([""]);
  });

  it.runIf(has("zsh"))("completes the same in zsh", () => {
    const script = `compdef() { :; }; _files() { :; }; _describe() { print -l -- "\${(P@)2}"; }; compadd() { print -l -- "\${(P@)2}"; }
${zsh(places)}
words=(siterecovery plan failover shop --kind ''); CURRENT=6; _siterecovery
words=(siterecovery plan ''); CURRENT=3; _siterecovery`;
    const shown = run("zsh", ["-f", "-c", script]).split("\n");
    expect(shown.slice(0, 2)).toEqual(["planned", "unplanned"]);
    expect(shown.join("\n")).toMatch(/^clean-up:end the plans test failover/m);
  });

  it.runIf(has("fish"))("completes the same in fish", () => {
    const line = "siterecovery plan failover shop --kind ";
    const shown = run("fish", ["--no-config", "-c", `${fish(places)}\ncomplete -C '${line}'`]);
    expect(
      shown
        .trim()
        .split("\n")
        .map((row) => row.split("\t")[0]),
    ).toEqual(["planned", "unplanned"]);
  });
});

describe("help", () => {
  it.each(allNodes(tree).map((node) => [node.words.join(" "), node] as const))(
    "of %s has an example, fits the project's words, and names no rule",
    (_name, { command, children }) => {
      const text = command.helpInformation();
      expect(text).not.toMatch(/\([A-Z][A-Z0-9]*-\d+[a-z]?\)/);
      expect(command.examples.length > 0 || children.length > 0).toBe(true);
      for (const { line } of command.examples) expect(line).toContain(command.name());
      expect(command.parent?.parent || !command.parent || command.helpGroup()).toBeTruthy();
    },
  );
});

describe("the man page", () => {
  const page = manPage(tree, packageVersion());

  it("is up to date; else: npm run generate", () => {
    expect(fs.readFileSync("man/siterecovery.1", "utf8")).toBe(page);
  });

  it("has every command, and mandoc finds nothing wrong", () => {
    for (const { words } of allNodes(tree)) {
      if (words.length > 0) expect(page).toContain(`.B ${words.join(" ").replaceAll("-", "\\-")} `);
    }
    if (has("mandoc")) run("mandoc", ["-T", "lint", "-W", "error"], page);
  });
});
