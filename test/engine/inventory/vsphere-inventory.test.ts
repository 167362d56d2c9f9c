/** A site whose vCenter server is a real one: its machines are listed, with what stops them, and none is protected. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../provider/clock.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { said } from "../../../provider/message.ts";
import { listVirtualMachines } from "../../../provider/vsphere/inventory.ts";
import { runTask } from "../../../provider/vsphere/tasks.ts";
import { VsphereSession } from "../../../provider/vsphere/vsphere-session.ts";
import { startVcsim, type Vcsim, vcsimMissing } from "../../conformance/servers/vcsim.ts";
import { FlowSite } from "../flow-site.ts";

describe.skipIf(vcsimMissing !== undefined)("a site with a real vCenter server (vcsim)", () => {
  let vcsim: Vcsim;
  let site: FlowSite;
  let inventory: string;
  beforeEach(async () => {
    vcsim = await startVcsim({ machines: 1 });
    const session = new VsphereSession(vcsim.settings, { clock: systemClock });
    const [, machine] = await listVirtualMachines(session);
    await runTask(session, {
      method: "ReconfigVM_Task",
      target: machine!.object,
      parameters: { spec: { name: "web1" } },
      what: said`rename it`,
    });
    await session.close();
    const { file } = vcsim.settings.credentials as { file: string };
    inventory = `vsphere://${vcsim.settings.host}?credentials-file=${file}&ca-file=${vcsim.authorityFile}`;
    site = await FlowSite.make({ flow: "S1", machines: [], inventory });
  }, 600_000);
  afterEach(async () => {
    site?.remove();
    await vcsim?.stop();
  });

  const vcenter = async (): Promise<object> => {
    const live = await handlerOf("vcenter", site.engine).read(site.ids.get("vCenter")!);
    return (live!.outputs as { properties: object }).properties;
  };

  it("lists its machines, and says why each cannot be protected", async () => {
    const { items, unreachable } = await site.engine.hosts.protectableItems();
    expect(unreachable).toEqual([]);
    expect(items.map(({ name, platform }) => [name, platform])).toEqual([
      ["DC0_C0_RP0_VM0", "vmware"],
      ["web1", "vmware"],
    ]);
    expect(items[1]!.disks).toEqual([{ id: "disk-204", sizeBytes: 10 * 1024 ** 3 }]);
    expect(items[1]!.problems.join()).toContain("VDDK");
    expect(await vcenter()).toMatchObject({ discoveryStatus: "Completed", discoveredMachineCount: 2 });
  });

  it("refuses to protect one before anything is made", async () => {
    await expect(site.protect()).rejects.toMatchObject({ code: "UnsupportedMachine" });
    expect(site.engine.items()).toEqual([]);
    expect(site.engine.jobs({ targetId: site.itemId(), limit: 9 })).toEqual([]);
  });

  it("is silent when its server is, and its machines are not gone", async () => {
    await vcsim.stop();
    expect((await site.engine.hosts.protectableItems()).unreachable).toMatchObject([{ folder: inventory }]);
    await expect(site.protect()).rejects.toThrow("does not answer");
    expect(await vcenter()).toMatchObject({
      discoveryStatus: "Failed",
      healthErrors: [{ errorCode: "VcenterNotReachable" }],
    });
  });

  it("keeps nothing of the account", async () => {
    const { inputs } = (await handlerOf("vcenter", site.engine).read(site.ids.get("vCenter")!))!;
    expect(JSON.stringify(inputs)).toContain("credentials-file=");
    expect(JSON.stringify([inputs, await vcenter()])).not.toContain(vcsim.password);
  });
});

describe("the inventory of a vCenter server", () => {
  it.each([
    ["qemu:///system", "is no address of vSphere"],
    ["vsphere://vc.example.org", "must name the account"],
    ["vsphere://root:x@vc.example.org?credentials-env=VC", "has an account in it"],
  ])("is not %s", async (inventoryFolder, why) => {
    const site = await FlowSite.make({ flow: "S1", machines: [] });
    try {
      const inputs = {
        resourceGroupName: "dr",
        resourceName: "dr-vault",
        fabricName: "london",
        vcenterName: "vc",
      };
      const found = handlerOf("vcenter", site.engine).check({ ...inputs, inventoryFolder });
      expect(JSON.stringify(await found)).toContain(why);
    } finally {
      site.remove();
    }
  });
});
