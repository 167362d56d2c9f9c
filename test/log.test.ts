import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

const log = JSON.stringify(path.resolve(import.meta.dirname, "../provider/log.ts"));

/** Runs lines in a process of their own, as a log goes to its stderr; gives what was written. */
function logged(lines: string): Record<string, unknown>[] {
  const script = `const { openLog, noLog } = await import(${log}); ${lines}`;
  const { stderr, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  expect(stdout).toBe("");
  return stderr
    .split("\n")
    .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Record<string, unknown>] : []));
}

it("writes lines of its level and above to stderr, before the process is killed", () => {
  const lines = logged(`const log = await openLog("info");
    log.debug({ a: 1 }, "hidden"); log.info({ item: "web1" }, "job begins"); log.error({ code: "Busy" }, "job failed");
    process.kill(process.pid, "SIGKILL");`);
  expect(lines.map(({ msg }) => msg)).toEqual(["job begins", "job failed"]);
  expect(lines[0]).toMatchObject({ item: "web1", level: 30 });
  expect(lines[0]!["time"]).toMatch(/^\d{4}-\d\d-\d\dT/);
});

it("never writes facts that are secret", () => {
  const lines = logged(`const log = await openLog("debug");
    log.info({ key: "canary-1", store: { passphrase: "canary-2", id: 7 }, input: { token: "canary-3" } }, "opened");`);
  expect(JSON.stringify(lines)).not.toContain("canary");
  expect(lines[0]).toMatchObject({ key: "[secret]", store: { passphrase: "[secret]", id: 7 } });
});

it("writes nothing and loads nothing unless it is asked for", () => {
  expect(logged(`noLog.error({}, "hidden");`)).toEqual([]);
});
