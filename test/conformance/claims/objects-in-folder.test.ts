import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { FolderObjects } from "../../../provider/drivers/objects-folder/folder-objects.ts";
import { describeObjectClaims } from "./describe-object-claims.ts";

describeObjectClaims("claims that are objects in a folder", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-claims-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return Promise.resolve(new FolderObjects(localFileSystem, folder));
});
