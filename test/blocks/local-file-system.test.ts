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
