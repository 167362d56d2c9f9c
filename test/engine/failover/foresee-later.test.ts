/** What a command of several steps does is foreseen step by step, in every flow, before the first is taken. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type FlowId, flows } from "../../../provider/model/flows.ts";
import { routeTo } from "../../../provider/model/route.ts";
import { scenarios } from "../../../provider/engine/scenarios.ts";
import { moveOfStep, moveTo } from "../../../provider/handlers/move-machine.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

let site: FlowSite;
afterEach(() => site.remove());

type Moves = FlowSite["engine"]["moves"];

async function make(flow: FlowId): Promise<void> {
  site = await FlowSite.make({ flow, content: randomBytes(256 * 1024) });
  await site.protect();
}

const kindOf = (flow: FlowId): "planned" | "unplanned" => flows[flow].failoverKinds[0]!;

/** The titles of the jobs of the item, in the order in which they ran. */
function titles(): string[] {
  const jobs = site.engine.jobs({ targetId: site.itemId(), limit: 50 }).toReversed();
  return jobs.map(({ scenario }) => scenarios[scenario as keyof typeof scenarios].title);
}

function back(flow: FlowId): ReturnType<Moves["foreseeAll"]> {
  const kind = kindOf(flow);
  const moves = routeTo("primary", site.item(), kind).map((step) => moveOfStep(step, { kind }));
  return site.engine.moves.foreseeAll(site.itemId(), moves);
}

const replicating: FlowId[] = ["S1", "S2", "S3", "S4", "S5", "S6"];

describe.each(replicating)("flow %s", (flow) => {
  it("runs the very steps that were foreseen: failover and commit, then all the way back", async () => {
    await make(flow);
    const choice = { kind: kindOf(flow), recoveryPoint: "latest" } as const;
    const out = await site.engine.moves.foreseeAll(
      site.itemId(),
      site.engine.moves.movesOfFailover(site.itemId(), choice, true),
    );
    const before = titles().length;
    expect(site.item().state).toBe("Protected");
    await site.engine.moves.failover(site.itemId(), choice, quiet);
    const home = await back(flow);
    for (const { refusals, steps } of [...out, ...home]) {
      expect(refusals).toEqual([]);
      expect(steps).not.toEqual([]);
    }
    await moveTo(site.engine, site.itemId(), "primary", { kind: choice.kind }, quiet);
    expect(site.item()).toMatchObject({ state: "Protected", activeLocation: "primary" });
    const ran = titles().slice(before);
    expect(ran.slice(0, 2)).toEqual(out.map(({ title }) => title));
    expect(ran.slice(1)).toEqual(home.map(({ title }) => title));
  });

  // S6 keeps its replicas at a host, whose folder is its machines' too.
  it.skipIf(flow === "S6")(
    "foresees that protecting it again will not reach the place of its replicas",
    async () => {
      await make(flow);
      await site.engine.moves.failover(site.itemId(), { kind: kindOf(flow), recoveryPoint: "latest" }, quiet);
      await site.engine.moves.commit(site.itemId(), quiet);
      const store = site.item().details.replicaStoreId;
      const folder = storeFolder(store);
      fs.renameSync(folder, `${folder}-away`);
      const home = await back(flow);
      const refused = home.filter(({ refusals }) => refusals.length > 0);
      expect(refused, JSON.stringify(home.map(({ title }) => title))).not.toEqual([]);
      expect(refused.flatMap(({ refusals }) => refusals.map(({ code }) => code))).toContain(
        "TargetUnreachable",
      );
      fs.renameSync(`${folder}-away`, folder);
    },
  );
});

/** The folder of a storage account, or of what keeps replicas at a second site. */
function storeFolder(id: string): string {
  const thing = site.engine.listThings({}).find((one) => one.id.toLowerCase() === id.toLowerCase())!;
  const { folder, storageFolder } = thing.inputs as { folder?: string; storageFolder?: string };
  const name = id.split("/").at(-1)!;
  return folder ?? storageFolder ?? path.join(site.engine.homeFolder, "storage", name);
}
