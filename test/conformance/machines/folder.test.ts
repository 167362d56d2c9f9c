import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe } from "vitest";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { folderMachines } from "../../../provider/machines/folder-machines.ts";
import { describeMachines } from "./describe-machines.ts";

describe("machines whose power is a file", () => {
  describeMachines(() => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-machines-"));
    return {
      folder,
      open: () => folderMachines(localFileSystem),
      settings: {},
      image: () => Buffer.alloc(65_536, 1),
      close: () => Promise.resolve(fs.rmSync(folder, { recursive: true })),
    };
  });
});
