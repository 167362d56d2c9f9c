import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { FlowId } from "../../../provider/model/flows.ts";
import { FlowSite, type FlowSiteOptions } from "../flow-site.ts";
import { quiet } from "../fixture.ts";

let site: FlowSite;
afterEach(() => site.remove());

const block = 65_536;

async function make(flow: FlowId, options: Partial<FlowSiteOptions> = {}): Promise<void> {
  site = await FlowSite.make({ flow, content: randomBytes(8 * block), ...options });
}

const moves = (): FlowSite["engine"]["moves"] => site.engine.moves;

async function failOver(kind: "planned" | "unplanned", recoveryPoint = "latest"): Promise<void> {
  await moves().failover(site.itemId(), { kind, recoveryPoint }, quiet);
}

const lacks: readonly [FlowId, string, RegExp][] = [
  ["S3", "mapping", /the policy five is not mapped to its container machines/],
  ["S4", "host", /london has no host in its clouds/],
  ["S5", "second master target", /there is no master target/],
  ["S6", "second host", /paris has no host in its clouds/],
];

async function expectNoWayBack(component: string, words: RegExp): Promise<void> {
  await make("S1", { without: [component] });
  await site.protect();
  await failOver("unplanned");
  await moves().commit(site.itemId(), quiet);
  await expect(moves().reverseReplicate(site.itemId(), quiet)).rejects.toThrow(words);
  expect(site.item().state).toBe("UnplannedFailoverCommitted");
  expect(site.power(site.replica())).toBe("running");
}

describe("missing components", () => {
  it.each(lacks)(
    "flow %s without its %s refuses to protect, and names it",
    async (flow, component, words) => {
      await make(flow, { without: [component] });
      await expect(site.protect()).rejects.toThrow(words);
      expect(site.engine.items()).toEqual([]);
    },
  );

  it("[V2F-5] a failback needs a process server in Azure", async () => {
    await expectNoWayBack("Azure process server", /no process server in Azure/);
  });

  it("[V2F-6] a failback needs a VPN or ExpressRoute", async () => {
    await expectNoWayBack("failback path", /needs a VPN or ExpressRoute/);
  });

  it("[C-5] a VMware machine without the Mobility service is refused, or gets it pushed", async () => {
    await make("S1", { machine: { mobilityService: undefined } });
    await expect(site.protect()).rejects.toThrow(/the Mobility service does not run on web1/);
    const inputs = site.inputs();
    const settings = { ...inputs.properties!.providerSpecificDetails!, runAsAccountId: "root" };
    const properties = {
      ...inputs.properties,
      providerSpecificDetails: settings,
    } as typeof inputs.properties;
    await expect(site.protect("web1", { properties: properties! })).rejects.toThrow(/no account "root"/);
  });
});
