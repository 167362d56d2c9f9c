/** A move that is refused: foreseen in the same words, and with nothing changed. */
import fs from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import type { Move } from "../../../provider/engine/failover/moves.ts";
import { quiet } from "../fixture.ts";
import type { FlowSite } from "../flow-site.ts";

/** All that a refusal must leave as it is. */
export function worldOf(site: FlowSite): unknown {
  const { state, activeLocation, details } = site.item();
  const files = fs.readdirSync(site.folder, { recursive: true, withFileTypes: true });
  return {
    state,
    activeLocation,
    details,
    jobs: site.engine.jobs({ limit: 50 }).length,
    files: files
      .filter((entry) => entry.isFile() && !/siterecovery\.db|\.entry$/.test(entry.name))
      .map((entry) => [
        path.join(entry.parentPath, entry.name),
        fs.statSync(path.join(entry.parentPath, entry.name)).mtimeMs,
      ]),
  };
}

/** By its dry run and by itself, with nothing changed. */
export async function expectRefused(site: FlowSite, move: Move, names: RegExp): Promise<void> {
  const before = worldOf(site);
  const { refusals } = await site.engine.moves.foresee(site.itemId(), move);
  expect(refusals.map(({ message }) => message).join("\n")).toMatch(names);
  const refused = site.engine.moves.run(site.itemId(), move, quiet);
  await expect(refused).rejects.toThrow(names);
  await expect(refused).rejects.toThrow(/Nothing was changed\.$/);
  expect(worldOf(site)).toEqual(before);
}
