import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../../provider/clock.ts";
import { type CommandRequest, type CommandResult, runCommand } from "../../provider/machines/run-command.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "command-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const run = (script: string, more: Partial<CommandRequest> = {}): Promise<CommandResult> =>
  runCommand({ command: ["sh", "-c", script], folder, timeoutSeconds: 60, clock: systemClock, ...more });

/** A clock whose sleeps end when the test says so; `asked` are the milliseconds of each, in their order. */
function handClock(): Clock & { asked: number[]; ring(milliseconds: number): void } {
  const bells = new Map<number, () => void>();
  const asked: number[] = [];
  return {
    ...systemClock,
    asked,
    now: () => 0,
    monotonic: () => 0,
    ring: (milliseconds) => bells.get(milliseconds)!(),
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        asked.push(milliseconds);
        bells.set(milliseconds, resolve);
        signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      }),
  };
}

describe("a command", () => {
  it("that does not listen to SIGTERM is killed after its grace time", async () => {
    const clock = handClock();
    const heard: string[] = [];
    const onLine = (line: string): void => {
      heard.push(line);
      if (line === "ready") clock.ring(7000);
      if (line === "deaf") clock.ring(5000);
    };
    const deaf = "trap 'echo deaf' TERM; echo ready; while :; do sleep 0.05; done";
    const result = await run(deaf, { clock, onLine, timeoutSeconds: 7 });
    // SIGTERM goes to the shell's `sleep` as well, which it may report first.
    expect(heard.filter((line) => line !== "Terminated").slice(0, 2)).toEqual(["ready", "deaf"]);
    expect(result).toMatchObject({ timedOut: true, exitCode: undefined });
    expect(clock.asked.slice(0, 2)).toEqual([7000, 5000]);
  });

  it("that is stopped takes what it has started with it, though that does not listen", async () => {
    const stop = new AbortController();
    const child = "trap '' TERM; echo $$ > child; while :; do sleep 0.05; done";
    const script = `sh -c "${child.replaceAll("$", "\\$")}" > /dev/null 2>&1 & while [ ! -s child ]; do sleep 0.05; done; echo ready; wait`;
    const onLine = (): void => stop.abort();
    expect(await run(script, { signal: stop.signal, onLine })).toMatchObject({ wasStopped: true });
    const pid = Number(fs.readFileSync(path.join(folder, "child"), "utf8"));
    const state = (): string => {
      try {
        return fs.readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]!.charAt(0);
      } catch {
        return "gone";
      }
    };
    await expect.poll(state).toMatch(/^(Z|gone)$/);
  });

  it("that may not be ended is given up with the reason, and ends nobody else", async () => {
    const clock = handClock();
    const kill = process.kill.bind(process);
    let group = 0;
    process.kill = (pid: number) => {
      group = pid;
      throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
    };
    try {
      const onLine = (): void => {
        clock.ring(3000);
        setImmediate(() => {
          clock.ring(5000);
          setTimeout(() => clock.ring(1000), 20);
        });
      };
      const result = await run("echo up; exec sleep 60", { clock, onLine, timeoutSeconds: 3 });
      expect(result).toMatchObject({ timedOut: true, exitCode: undefined, endError: "kill EPERM" });
    } finally {
      process.kill = kill;
      kill(group, "SIGKILL");
    }
  });

  it("may print characters that come in pieces, to both streams at once", async () => {
    const lines: string[] = [];
    const script =
      "printf 'gr\\303'; printf 'k\\342\\202' >&2; sleep 0.2; printf '\\274n\\n'; printf '\\254\\n' >&2";
    const { output } = await run(script, { onLine: (line) => lines.push(line) });
    expect(lines.toSorted()).toEqual(["grün", "k€"]);
    expect(output).not.toContain("\uFFFD");
  });

  it("receives its path, home, language and our own variables, and no secret of anybody", async () => {
    const secrets = [
      "PULUMI_CONFIG_PASSPHRASE",
      "PULUMI_ACCESS_TOKEN",
      "ARM_CLIENT_SECRET",
      "AWS_SECRET_ACCESS_KEY",
      "DATABASE_URL",
      "SITERECOVERY_PASSPHRASE",
    ];
    const before = { ...process.env };
    for (const name of secrets) process.env[name] = "xyzzy";
    Object.assign(process.env, { SITERECOVERY_HOME: "/home-of-it", LANG: "C.UTF-8", TMPDIR: folder });
    try {
      const { output } = await run("env", { facts: { SITERECOVERY_PLAN: "shop" } });
      const names = output.split("\n").map((line) => line.split("=")[0]!);
      expect(output).not.toContain("xyzzy");
      expect(names).toEqual(
        expect.arrayContaining(["PATH", "LANG", "TMPDIR", "SITERECOVERY_HOME", "SITERECOVERY_PLAN"]),
      );
    } finally {
      for (const name of [...secrets, "SITERECOVERY_HOME", "LANG", "TMPDIR"]) delete process.env[name];
      Object.assign(process.env, before);
    }
  });
});
