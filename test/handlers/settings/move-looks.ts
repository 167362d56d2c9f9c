/** Looks at machines that a change of the program's text moves. */
import fs from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { parse } from "yaml";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { KindName } from "../../../provider/kinds/kind.ts";
import { quiet } from "../../engine/fixture.ts";
import type { FlowSite } from "../../engine/flow-site.ts";
import { behaviourAlone, type Changed, type Row } from "./row.ts";

/** Moves the thing's machines by its own text, with the settings that it has now. */
export async function moveBy(kind: KindName, { site, id }: Changed, more: object): Promise<void> {
  const handler = handlerOf(kind, site.engine);
  const { inputs } = (await handler.read(id))!;
  await handler.update(id, inputs, { ...inputs, ...more }, quiet);
}

const out = { activeLocation: "recovery" };
const stateOf = (site: FlowSite, machine: string): string => site.item(machine).state;

/** The settings of a move, of the kinds that have an `activeLocation`, shown on one of its machines. */
export function moveRows(kind: KindName, machine: string): Record<string, Row> {
  return {
    activeLocation: behaviourAlone(async ({ site, change }) => {
      await change("recovery");
      expect(site.item(machine).activeLocation).toBe("recovery");
      expect(site.power(site.image(machine))).toBe("off");
      expect(site.power(site.replica(machine))).toBe("running");
    }),
    "failover.kind": behaviourAlone(async (changed) => {
      await changed.change("planned");
      await moveBy(kind, changed, out);
      expect(stateOf(changed.site, machine)).toBe("PlannedFailoverCommitted");
    }),
    "failover.recoveryPoint": behaviourAlone(async (changed) => {
      await changed.change("latestApplicationConsistent");
      await expect(moveBy(kind, changed, out)).rejects.toThrow(/app-consistent|[aA]pplicationConsistent/);
      await changed.change("latest");
      await moveBy(kind, changed, out);
    }),
    "failover.commit": behaviourAlone(async (changed) => {
      await changed.change("manual");
      await moveBy(kind, changed, out);
      expect(stateOf(changed.site, machine)).toBe("UnplannedFailoverCommitPending");
    }),
  };
}

export interface Moved {
  readonly folder: string;
  readonly name: string;
  readonly network: string;
}

/** Where a failover makes a machine and what it is; the failover is cancelled after the look. */
export async function whereMoved(site: FlowSite, id = site.itemId()): Promise<Moved> {
  await site.engine.moves.failover(id, { kind: "unplanned", recoveryPoint: "latest" }, quiet);
  const { folder, name } = site.engine.findItem(id)!.details.recoveryMachine!;
  const { nics } = parse(fs.readFileSync(path.join(folder, "machine.yaml"), "utf8")) as {
    nics: { network: string }[];
  };
  await site.engine.moves.cancel(id, quiet);
  return { folder, name, network: nics[0]!.network };
}
