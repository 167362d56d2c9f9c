import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { FlowId } from "../../../provider/model/flows.ts";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { FlowSite, type FlowSiteOptions } from "../flow-site.ts";
import { quiet } from "../fixture.ts";

let site: FlowSite;
afterEach(() => site.remove());

const block = 65_536;

async function make(flow: FlowId, options: Partial<FlowSiteOptions> = {}): Promise<void> {
  site = await FlowSite.make({ flow, content: randomBytes(8 * block), ...options });
}

/** A guest writes: some blocks change through the tracked disk, as a hypervisor or agent would do it. */
async function write(image: string): Promise<string> {
  const disk = await openTrackedDisk(image);
  await disk.write(randomBytes(block), 2 * block);
  await disk.write(randomBytes(1000), 5 * block + 17);
  await disk.flush();
  await disk.close();
  return site.hash(image);
}

const moves = (): FlowSite["engine"]["moves"] => site.engine.moves;

async function failOver(kind: "planned" | "unplanned", recoveryPoint = "latest"): Promise<void> {
  await moves().failover(site.itemId(), { kind, recoveryPoint }, quiet);
}

describe.each(["S1", "S2", "S5"] as const)("flow %s: replication back, then a failover back", (flow) => {
  it("[V2F-3] [V2F-4] goes out and comes back with every byte", async () => {
    await make(flow);
    await site.protect();
    const source = site.image();
    const written = await write(source);
    await site.engine.replicate(site.itemId(), quiet);
    await failOver("unplanned");
    expect(site.hash(site.replica())).toBe(written);
    expect([site.power(source), site.power(site.replica())]).toEqual(["off", "running"]);
    expect(site.item().activeLocation).toBe("recovery");
    await moves().commit(site.itemId(), quiet);
    expect(site.item().state).toBe("UnplannedFailoverCommitted");
    // The source's remains differ now: what comes back is what the replica machine has written.
    const changed = await write(site.replica());
    await moves().reverseReplicate(site.itemId(), quiet);
    expect(site.item().state).toBe("ReverseProtected");
    // What the replica was seeded with is no recovery point: it is older than the failover.
    expect(await site.engine.recoveryPoints(site.itemId())).toHaveLength(1);
    const last = await write(site.replica());
    expect(last).not.toBe(changed);
    await failOver("unplanned");
    expect(site.item().activeLocation).toBe("primary");
    expect(site.hash(site.image())).toBe(last);
    expect([site.power(site.image()), site.power(site.replica())]).toEqual(["running", "off"]);
    await moves().commit(site.itemId(), quiet);
    await moves().reverseReplicate(site.itemId(), quiet);
    const item = site.item();
    expect([item.state, item.details.reverse, item.details.recoveryMachine]).toEqual([
      "Protected",
      undefined,
      undefined,
    ]);
    // Protected again: another change gets across.
    const again = await write(site.image());
    await site.engine.replicate(site.itemId(), quiet);
    await failOver("unplanned");
    expect(site.hash(site.replica())).toBe(again);
  });

  it("[V2F-1] refuses a planned failover", async () => {
    await make(flow);
    await site.protect();
    await expect(failOver("planned")).rejects.toThrow(/planned failover of web1 is not allowed now/);
    const wanted = { ...site.inputs(), failover: { kind: "planned" } as const };
    expect(await handlerOf("protected-item", site.engine).check(wanted)).toEqual([
      {
        property: "failover.kind",
        reason: expect.stringContaining("is planned, which this flow does not have") as string,
      },
    ]);
  });
});

describe("flow S2: physical servers", () => {
  it("[V2F-9] come back as VMware machines, and the server itself is left alone", async () => {
    await make("S2");
    const server = path.join(site.folder, "london", "servers", "web1", "os.img");
    await site.protect();
    await failOver("unplanned");
    await moves().commit(site.itemId(), quiet);
    const written = await write(site.replica());
    await moves().reverseReplicate(site.itemId(), quiet);
    const before = site.hash(server);
    await failOver("unplanned");
    expect(site.item().details.flow).toBe("S1");
    expect(site.image()).toBe(path.join(site.folder, "london", "vcenter", "web1", "os.img"));
    expect(site.hash(site.image())).toBe(written);
    expect(site.hash(server)).toBe(before);
    expect(site.power(server)).toBe("off");
  });
});

describe("flow S6: between VMM sites", () => {
  it("[SEC-4] [SEC-5] [SEC-8] a planned failover leaves the machine protected at the other side", async () => {
    await make("S6");
    await site.protect();
    const written = await write(site.image());
    await failOver("planned");
    expect(site.hash(site.replica())).toBe(written);
    expect(site.replica()).toContain(path.join("paris", "hv1"));
    await moves().commit(site.itemId(), quiet);
    expect(site.item().state).toBe("ReverseProtected");
    const changed = await write(site.replica());
    await site.engine.replicate(site.itemId(), quiet);
    await failOver("planned");
    expect(site.hash(site.image())).toBe(changed);
    await moves().commit(site.itemId(), quiet);
    await moves().reverseReplicate(site.itemId(), quiet);
    expect(site.item().state).toBe("Protected");
  });

  it("[SEC-5] [SEC-7] an unplanned one does not, until replication is reversed", async () => {
    await make("S6");
    await site.protect();
    await failOver("unplanned");
    await moves().commit(site.itemId(), quiet);
    expect(site.item().state).toBe("UnplannedFailoverCommitted");
    await expect(site.engine.replicate(site.itemId(), quiet)).rejects.toThrow(/does not replicate now/);
    await moves().reverseReplicate(site.itemId(), quiet);
    expect([site.item().state, site.item().activeLocation]).toEqual(["ReverseProtected", "recovery"]);
    const changed = await write(site.replica());
    await site.engine.replicate(site.itemId(), quiet);
    const points = await site.engine.recoveryPoints(site.itemId());
    expect(points.length).toBeGreaterThan(1);
    await failOver("unplanned", points.at(-1)!.id);
    expect(site.hash(site.image())).toBe(changed);
  });
});

describe.each(["S3", "S4"] as const)("flow %s: failback from Azure", (flow) => {
  it("[H2F-1] [H2F-4] goes out and comes back with every byte, also to another place", async () => {
    await make(flow);
    await site.protect();
    const written = await write(site.image());
    await failOver("planned");
    expect(site.hash(site.replica())).toBe(written);
    await moves().commit(site.itemId(), quiet);
    fs.rmSync(path.dirname(site.image()), { recursive: true });
    const changed = await write(site.replica());
    await expect(moves().failback(site.itemId(), quiet, { toHost: "nowhere" })).rejects.toThrow(
      /no host "nowhere"/,
    );
    await moves().failback(site.itemId(), quiet, { toHost: flow === "S3" ? "london-server" : "hv1" });
    expect(site.hash(site.image())).toBe(changed);
    await moves().commit(site.itemId(), quiet);
    await moves().reverseReplicate(site.itemId(), quiet);
    expect(site.item().state).toBe("Protected");
  });
});
