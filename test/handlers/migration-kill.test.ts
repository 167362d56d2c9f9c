import { randomBytes } from "node:crypto";
import path from "node:path";
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { MigrationItemInputs } from "../../provider/kinds/migration-item.ts";
import { quiet } from "../engine/fixture.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { migrationOf } from "./migration-of.ts";

let site: FlowSite;
let id: string;

beforeEach(async () => {
  site = await FlowSite.make({ flow: "M1", content: randomBytes(524_288) });
  id = `${site.ids.get("container")}/replicationMigrationItems/web1`;
  await handlerOf("migration-item", site.engine).create(migrationOf(site), quiet);
  const disk = await openTrackedDisk(site.image());
  await disk.write(Buffer.alloc(65_536, "last words "), 131_072);
  await disk.close();
});
afterEach(() => site.remove());

/** Migrates in a process of its own that dies when it reports a line. */
function dieAt(line: string): void {
  const script = `
    const { openEngine } = await import(${JSON.stringify(path.resolve("provider/engine/engine.ts"))});
    const engine = await openEngine({ home: ${JSON.stringify(site.engine.homeFolder)} });
    const report = (line) => { if (line.startsWith(${JSON.stringify(line)})) process.kill(process.pid, "SIGKILL"); };
    await engine.moves.migrate(${JSON.stringify(id)}, true, { report });`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(child.signal, child.stderr).toBe("SIGKILL");
}

const wanted = (): MigrationItemInputs => migrationOf(site, { migrated: true });

describe("a migration whose process was killed", () => {
  for (const line of [
    "Shut the source machine down",
    "Take the last delta",
    "Make the replica machine's disks",
    "Start the replica machine",
  ]) {
    it(`is finished by the next update, byte for byte: killed at "${line}"`, async () => {
      const hash = site.hash(site.image());
      dieAt(line);
      const handler = handlerOf("migration-item", site.engine);
      const lines: string[] = [];
      const { outputs } = await handler.update(id, migrationOf(site), wanted(), {
        report: (text) => lines.push(String(text)),
      });
      expect(lines[0]).toBe("resuming the migration that was interrupted");
      expect((outputs as { migrated: boolean }).migrated).toBe(true);
      const target = path.join(site.engine.findItem(id)!.details.recoveryMachine!.folder, "os.img");
      expect([site.hash(target), site.hash(site.image())]).toEqual([hash, hash]);
      expect([site.power(site.image()), site.power(target)]).toEqual(["off", "running"]);
      const jobs = site.engine
        .jobs({ targetId: id, limit: 5 })
        .filter(({ scenario }) => scenario === "Migrate");
      expect(jobs.map(({ state, attempts }) => [state, attempts])).toEqual([["Succeeded", 2]]);
    });
  }

  it("is finished by the same command, run again", async () => {
    dieAt("Make the replica machine's disks");
    await site.engine.moves.migrate(id, true, quiet);
    expect(site.engine.findItem(id)!.state).toBe("Migrated");
    await expect(site.engine.moves.migrate(id, true, quiet)).rejects.toMatchObject({
      code: "ActionNotAllowed",
    });
  });
});
