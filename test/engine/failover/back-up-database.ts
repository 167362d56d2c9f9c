import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { openEngine } from "../../../provider/engine/engine.ts";
import type { FlowSite } from "../flow-site.ts";

/** Copies the engine's database. Returns what puts the copy back, as from a backup. */
export async function backUpDatabase(site: FlowSite): Promise<() => Promise<void>> {
  const home = path.join(site.folder, "home");
  site.engine.close();
  const files = fs.readdirSync(home).filter((name) => name.startsWith("siterecovery.db"));
  const kept = path.join(site.folder, `backup-${randomBytes(4).toString("hex")}`);
  fs.mkdirSync(kept);
  for (const name of files) fs.copyFileSync(path.join(home, name), path.join(kept, name));
  site.useEngine(await openEngine({ home }));
  return async () => {
    site.engine.close();
    for (const name of fs.readdirSync(home)) {
      if (name.startsWith("siterecovery.db")) fs.rmSync(path.join(home, name));
    }
    for (const name of files) fs.copyFileSync(path.join(kept, name), path.join(home, name));
    site.useEngine(await openEngine({ home }));
  };
}
