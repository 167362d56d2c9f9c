import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { ProtectedItemInputs } from "../../../provider/kinds/protected-item.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { FlowSite } from "../flow-site.ts";
import { quiet } from "../fixture.ts";

let site: FlowSite;
afterEach(() => site.remove());

const grouped = (machine: string, multiVmGroupName: string): ProtectedItemInputs => {
  const inputs = site.inputs(machine);
  const settings = { ...inputs.properties!.providerSpecificDetails!, multiVmGroupName };
  return { ...inputs, properties: { ...inputs.properties, providerSpecificDetails: settings } } as never;
};

async function change(machine: string, from: ProtectedItemInputs, to: ProtectedItemInputs): Promise<void> {
  await handlerOf("protected-item", site.engine).update(site.itemId(machine), from, to, quiet);
}

const isShared = async (machine: string): Promise<boolean> =>
  (await site.engine.recoveryPoints(site.itemId(machine))).at(-1)!.multiVm;

describe("a machine whose replication group changes", () => {
  it("shares recovery points with the group from then on, and no longer when it leaves", async () => {
    site = await FlowSite.make({ flow: "S1", content: randomBytes(65_536), machines: ["web1", "web2"] });
    await site.protect("web1", grouped("web1", "g"));
    await site.protect("web2");
    await change("web2", site.inputs("web2"), grouped("web2", "g"));
    await site.engine.replicate(site.itemId("web1"), quiet);
    expect([await isShared("web1"), await isShared("web2")]).toEqual([true, true]);
    await change("web2", grouped("web2", "g"), site.inputs("web2"));
    await site.engine.replicate(site.itemId("web2"), quiet);
    expect(await isShared("web2")).toBe(false);
  });
});

describe("a replication that is refused", () => {
  it("is no failed one, and alarms nobody", async () => {
    site = await FlowSite.make({ flow: "S1", content: randomBytes(65_536) });
    await site.protect();
    await site.engine.moves.failover(site.itemId(), { kind: "unplanned", recoveryPoint: "latest" }, quiet);
    const before = site.engine.events({ limit: 100 }).length;
    await expect(site.engine.replicate(site.itemId(), quiet)).rejects.toThrow(/does not replicate now/);
    expect(site.item().details.replicationError).toBeUndefined();
    expect(site.engine.events({ limit: 100 })).toHaveLength(before);
  });
});
