import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { clearStaleLocks } from "../../setup/clear-stale-locks.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

const gone = () => spawnSync(process.execPath, ["-e", ""]).pid;

function backendWithLock(owner: unknown, stack = "dev") {
  const path = `.pulumi/locks/organization/siterecovery/${stack}/4711.json`;
  const folder = temporaryFolder({ [path]: typeof owner === "string" ? owner : JSON.stringify(owner) });
  return { backend: pathToFileURL(folder).href, lockFile: join(folder, path) };
}

describe("locks that a killed run has left behind", () => {
  test("a lock whose process is gone is removed, and the process is named", () => {
    const pid = gone();
    const { backend, lockFile } = backendWithLock({
      pid,
      hostname: hostname(),
      timestamp: "2026-01-01T00:00:00Z",
    });
    expect(clearStaleLocks(backend, "dev")).toEqual([
      `Cleared the lock of a pulumi process that is gone (process ${pid}, 2026-01-01T00:00:00Z).`,
    ]);
    expect(existsSync(lockFile)).toBe(false);
  });

  test.runIf(process.platform === "linux")(
    "a number that now belongs to another program counts as gone",
    () => {
      const { backend } = backendWithLock({ pid: process.pid, hostname: hostname(), timestamp: "" });
      expect(clearStaleLocks(backend, "dev")).toHaveLength(1);
    },
  );

  test("a lock of another machine, of another stack, or that cannot be read stays", () => {
    const owner = { pid: gone(), hostname: hostname(), timestamp: "" };
    for (const { backend, lockFile } of [
      backendWithLock({ ...owner, hostname: "elsewhere" }),
      backendWithLock(owner, "production"),
      backendWithLock('{"pid": 47'),
    ]) {
      expect(clearStaleLocks(backend, "dev")).toEqual([]);
      expect(existsSync(lockFile)).toBe(true);
    }
  });

  test("there is nothing to do without locks, or on a backend that is not a folder", () => {
    expect(clearStaleLocks(pathToFileURL(temporaryFolder()).href, "dev")).toEqual([]);
    expect(clearStaleLocks("https://api.pulumi.com", "dev")).toEqual([]);
  });
});
