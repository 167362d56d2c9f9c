/** Whatever forbids a run of a plan is said before the first source is shut down: nothing of the world has changed. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PlanRequest } from "../../../provider/engine/recovery-plan/recovery-plans.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { quiet } from "../fixture.ts";
import { machineNames, Shop } from "./shop.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.make();
});
afterEach(() => shop.remove());

/** Powers, files and recovery machines: what a refused run leaves as it was. */
async function world(): Promise<unknown> {
  const { engine, folder } = shop.site;
  const files = fs.readdirSync(folder, { recursive: true });
  const points = machineNames.map((name) =>
    engine.recoveryPoints(shop.itemId(name)).then(
      (list) => list.length,
      () => "?",
    ),
  );
  return {
    powers: machineNames.map((name) => shop.power(shop.image(name))),
    states: shop.states(),
    jobs: engine.jobs({ limit: 50 }).length,
    points: await Promise.all(points),
    files: files.filter((file) => !/pins|lock|siterecovery\.db|\.entry$/.test(String(file))),
  };
}

type Forbid = () => Promise<unknown> | unknown;

const layersOf = (name: string): string[] =>
  fs
    .readdirSync(shop.site.folder, { recursive: true })
    .map((file) => path.join(shop.site.folder, String(file)))
    .filter((file) => file.endsWith(name));

/** What forbids a run: how it comes about, and what the message has to name. */
const causes: Record<string, { forbid: Forbid; names: RegExp; not?: readonly string[] }> = {
  "a drill of one machine": {
    forbid: () =>
      handlerOf("drill", shop.site.engine).create(
        {
          resourceGroupName: "dr",
          resourceName: "dr-vault",
          drillName: "d",
          protectedItemId: shop.itemId("web2"),
          networkId: shop.site.ids.drillNetwork,
        },
        quiet,
      ),
    names: /web2 is not allowed while its test failover runs/,
  },
  "a network that is mapped to none": {
    forbid: async () => {
      const [mapping] = shop.site.engine.listThings({ kind: "network-mapping" });
      await shop.site.engine.removeThing(mapping!.id);
    },
    names: /its network "production" is mapped to no virtual network/,
    not: ["TestFailover"],
  },
  "layer files that are gone": {
    forbid: () => {
      for (const file of layersOf(".segment")) fs.rmSync(file);
    },
    names: /cannot be restored: .*layer files? (are )?missing|layer file/,
    // A planned failover compares the disks with the replica, and so needs none of its layers.
    not: ["PlannedFailover"],
  },
  "a store that is away": {
    forbid: () => {
      const [key] = layersOf("store.key");
      fs.renameSync(path.dirname(key!), `${path.dirname(key!)}.away`);
    },
    names: /cannot be reached|TargetUnreachable|is gone/,
  },
};

const requests: PlanRequest[] = [
  { operation: "PlannedFailover" },
  { operation: "UnplannedFailover", recoveryPoint: "latest" },
  { operation: "TestFailover", recoveryPoint: "latest" },
];

describe.each(Object.entries(causes))("%s", (_what, { forbid, names, not = [] }) => {
  it.each(requests.filter(({ operation }) => !not.includes(operation)))(
    "forbids a $operation before anything is changed",
    async (request) => {
      await forbid();
      const before = await world();
      const asked = { ...request, networkId: shop.site.ids.drillNetwork };
      const { refusals, machines } = await shop.site.engine.plans.foresee(shop.planId, asked);
      const foreseen = [...refusals, ...machines.flatMap((machine) => machine.refusals)];
      expect(foreseen.map(({ message }) => message).join("\n")).toMatch(names);
      await expect(shop.site.engine.plans.run(shop.planId, asked, quiet)).rejects.toThrow(names);
      expect(await world()).toEqual(before);
    },
  );
});

describe("a run", () => {
  it.each(["UnplannedFailover", "TestFailover"] as const)(
    "%s of a point that is not there shuts nothing down",
    async (operation) => {
      const before = await world();
      const asked = { operation, recoveryPoint: "latestt", networkId: shop.site.ids.drillNetwork };
      await expect(shop.site.engine.plans.run(shop.planId, asked, quiet)).rejects.toThrow(
        /nothing was changed:[\s\S]*db1 has no recovery point "latestt"[\s\S]*web2 has no recovery point/,
      );
      expect(await world()).toEqual(before);
    },
  );

  it("with a script that is not there is refused, and an unplanned one says so", async () => {
    const script = shop.script("gone", "true");
    await shop.declare([shop.boot(["db1"], { endGroupActions: [script] }), shop.boot(["web1", "web2"])]);
    fs.rmSync(path.join(shop.site.folder, "gone.sh"));
    const before = await world();
    await expect(
      shop.site.engine.plans.run(shop.planId, { operation: "PlannedFailover" }, quiet),
    ).rejects.toThrow(/The step "gone" of shop \(Group 1\) runs .*gone\.sh, which is not there/);
    expect(await world()).toEqual(before);
    const { warnings } = await shop.site.engine.plans.foresee(shop.planId, {
      operation: "UnplannedFailover",
    });
    expect(warnings.join()).toMatch(/gone\.sh, which is not there/);
  });
});
