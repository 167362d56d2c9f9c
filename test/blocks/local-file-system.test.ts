import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { localFileSystem } from "../../provider/blocks/file-system.ts";

it("asks the device to keep a file or a folder, and resolves when it did", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-files-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  const now = vi.spyOn(fs, "fsyncSync");
  const later = vi.spyOn(fs, "fsync");
  onTestFinished(() => void vi.restoreAllMocks());
  const file = localFileSystem.open(path.join(folder, "a"), "createNew");
  file.sync();
  expect(now).toHaveBeenCalledTimes(1);
  localFileSystem.syncFolder(folder);
  expect(now).toHaveBeenCalledTimes(2);
  await file.syncLater();
  expect(later).toHaveBeenCalledTimes(1);
  file.close();
  await expect(file.syncLater()).rejects.toMatchObject({ code: "IoFailed" });
});

it.each(["read", "readWrite", "createOrOpen"] as const)(
  "opens nothing but files to %s, and never waits for what is in their place",
  (mode) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-files-"));
    onTestFinished(() => fs.rmSync(folder, { recursive: true }));
    const pipe = path.join(folder, "os.img");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    // In a process of its own: one that waits for a pipe can be ended by SIGKILL only.
    const script = `import { localFileSystem } from "./provider/blocks/file-system.ts";
      try { localFileSystem.open(${JSON.stringify(pipe)}, ${JSON.stringify(mode)}); }
      catch (error) { console.log(error.code, error.message); }`;
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      timeout: 60_000,
      killSignal: "SIGKILL",
    });
    expect(run.stdout).toMatch(/^IoFailed Cannot open .*os\.img: it is a named pipe and no file\./);
    expect(() => localFileSystem.open("/dev/null", mode)).toThrow(/it is a device and no file/);
    if (mode === "read")
      expect(() => localFileSystem.open(folder, mode)).toThrow(/it is a folder and no file/);
  },
);
