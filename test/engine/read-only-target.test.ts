import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { type FileSystem, localFileSystem } from "../../provider/blocks/file-system.ts";
import { openEngine } from "../../provider/engine/engine.ts";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { hashOf, quiet, Site } from "./fixture.ts";

let site: Site;
afterEach(() => site.remove());

/** What a file system says that was mounted again to be read only. Below `folder`, that is. */
function readOnlyBelow(folder: string): FileSystem {
  const refuse = (filePath: string, code: string): void => {
    if (path.relative(folder, filePath).startsWith("..")) return;
    const cause = Object.assign(new Error(code), { code });
    const ours = code === "ENOENT" ? "NotFound" : "IoFailed";
    throw new SiteRecoveryError(ours, `Cannot write ${filePath}: ${code}.`, { target: filePath, cause });
  };
  return {
    ...localFileSystem,
    open: (filePath, mode) => {
      if (mode !== "read") refuse(filePath, "EROFS");
      return localFileSystem.open(filePath, mode);
    },
    makeFolder: (filePath) => {
      // As Node does it for a folder that is not there.
      if (!fs.existsSync(filePath)) refuse(filePath, "ENOENT");
      localFileSystem.makeFolder(filePath);
    },
    rename: (from, to) => {
      refuse(from, "EROFS");
      localFileSystem.rename(from, to);
    },
    remove: (filePath) => {
      if (fs.existsSync(filePath)) refuse(filePath, "EROFS");
      localFileSystem.remove(filePath);
    },
  };
}

it("a target that can only be read is enough for recovery points, verification, export and an unplanned failover", async () => {
  site = await Site.make();
  await site.protect();
  const home = path.join(site.folder, "home");
  const engine = await openEngine({ home, files: readOnlyBelow(path.join(home, "storage")) });
  const points = await engine.recoveryPoints(site.itemId);
  expect(points.length).toBeGreaterThan(0);
  const storage = site.ids.storage;
  const check = await engine.upkeep.verify(storage, quiet);
  expect(check).toMatchObject({ damaged: [], soundPointCount: points.length });
  await expect(engine.replicate(site.itemId, quiet)).rejects.toMatchObject({ code: "TargetUnreachable" });
  await engine.moves.failover(site.itemId, { kind: "unplanned", recoveryPoint: "latest" }, quiet);
  expect(hashOf(site.replica)).toBe(hashOf(site.image));
  expect([site.power("primary"), site.power("recovery")]).toEqual(["off", "running"]);
  engine.close();
});
