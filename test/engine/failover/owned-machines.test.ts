/** Whose a machine's folder is: drills, failovers and clean-ups leave alone what was not made for them. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { FlowId } from "../../../provider/model/flows.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

let site: FlowSite;
afterEach(() => site.remove());

const vault = { resourceGroupName: "dr", resourceName: "dr-vault" };

async function make(flow: FlowId, ...machines: string[]): Promise<void> {
  site = await FlowSite.make({ flow, machines, content: randomBytes(131_072) });
  for (const machine of machines) await site.protect(machine);
}

const failOver = (machine: string): Promise<void> =>
  site.engine.moves.failover(site.itemId(machine), { kind: "unplanned", recoveryPoint: "latest" }, quiet);

/** The network of a drill: in Azure, or at the second site. */
const drillNetwork = (): string => site.ids.get("drill network")!;
const drillInputs = (machine: string): object => ({
  ...vault,
  drillName: `drill-${machine}`,
  protectedItemId: site.itemId(machine),
  networkId: drillNetwork(),
});
const drill = (machine: string): Promise<unknown> =>
  handlerOf("drill", site.engine).create(drillInputs(machine) as never, quiet);
const cleanUp = (machine: string): Promise<unknown> =>
  handlerOf("drill", site.engine).delete(site.item(machine).details.testMachine!.drillId, quiet);

describe.each(["S1", "S3", "S5", "S6"] as const)("a drill in %s", (flow) => {
  it("whose machine would have the name of one that was failed over is refused, and nothing of that is touched", async () => {
    await make(flow, "web1", "web1-test");
    await failOver("web1-test");
    const replica = site.replica("web1-test");
    const before = site.hash(replica);
    await expect(drill("web1")).rejects.toMatchObject({ code: "AlreadyExists" });
    expect([site.hash(replica), site.power(replica)]).toEqual([before, "running"]);
    expect([site.item("web1").testFailoverState, site.item("web1").state]).toEqual(["None", "Protected"]);
  });

  it("does not write over another item's machine that is off, nor over one of its own that runs", async () => {
    await make(flow, "web1", "web1-test");
    await failOver("web1-test");
    const replica = site.replica("web1-test");
    const before = site.hash(replica);
    fs.writeFileSync(path.join(path.dirname(replica), "power-state"), "off\n");
    await expect(drill("web1")).rejects.toMatchObject({ code: "AlreadyExists" });
    expect(site.hash(replica)).toBe(before);
    // Somebody has kept a copy of its own replica, and runs it after the failover was cancelled.
    await failOver("web1");
    const own = path.dirname(site.replica("web1"));
    fs.cpSync(own, `${own}-kept`, { recursive: true });
    await site.engine.moves.cancel(site.itemId("web1"), quiet);
    fs.renameSync(`${own}-kept`, own);
    const kept = site.hash(path.join(own, "os.img"));
    await expect(failOver("web1")).rejects.toMatchObject({ code: "AlreadyExists" });
    expect([site.hash(path.join(own, "os.img")), site.power(site.image("web1"))]).toEqual([kept, "running"]);
  });

  it("that has the name of a machine which is failed over later makes that failover be refused, with its source on", async () => {
    await make(flow, "web1", "web1-test");
    await drill("web1");
    const test = path.join(site.item("web1").details.testMachine!.folder, "os.img");
    const before = site.hash(test);
    await expect(failOver("web1-test")).rejects.toMatchObject({ code: "AlreadyExists" });
    expect([site.hash(test), site.power(site.image("web1-test"))]).toEqual([before, "running"]);
    await cleanUp("web1");
    await failOver("web1-test");
    expect(site.power(site.replica("web1-test"))).toBe("running");
  });

  it("that is over has left no clean-up for a copy of its machine, which is kept", async () => {
    await make(flow, "web1");
    await drill("web1");
    const { folder } = site.item().details.testMachine!;
    const own = path.join(path.dirname(folder), "web1");
    fs.cpSync(folder, own, { recursive: true });
    await expect(failOver("web1")).rejects.toThrow(/test failover runs/);
    await cleanUp("web1");
    const kept = site.hash(path.join(own, "os.img"));
    await expect(failOver("web1")).rejects.toThrow(/Rename or remove that one/);
    expect([site.hash(path.join(own, "os.img")), site.power(site.image("web1"))]).toEqual([kept, "running"]);
  });

  it("is cleaned up without another machine that has taken its place", async () => {
    await make(flow, "web1");
    await drill("web1");
    const { folder } = site.item().details.testMachine!;
    fs.renameSync(folder, `${folder}-aside`);
    fs.cpSync(path.dirname(site.image()), folder, { recursive: true });
    const before = site.hash(path.join(folder, "os.img"));
    await cleanUp("web1");
    expect(site.hash(path.join(folder, "os.img"))).toBe(before);
    expect(site.item().testFailoverState).toBe("None");
    await expect(drill("web1")).rejects.toMatchObject({ code: "AlreadyExists" });
  });
});

describe("names that differ in letter case only", () => {
  it("are one name at the recovery side", async () => {
    await make("S3", "web1", "WEB1-Test");
    await failOver("WEB1-Test");
    const before = site.hash(site.replica("WEB1-Test"));
    await expect(drill("web1")).rejects.toMatchObject({ code: "AlreadyExists" });
    expect(site.hash(site.replica("WEB1-Test"))).toBe(before);
  });
});

describe("a drill whose folder somebody else has", () => {
  it("is refused, and does not write over it", async () => {
    await make("S3", "web1");
    const taken = path.join(site.engine.homeFolder, "azure", "dr", "web1-test");
    fs.mkdirSync(taken, { recursive: true });
    fs.writeFileSync(path.join(taken, "os.img"), "somebody's bytes");
    await expect(drill("web1")).rejects.toThrow(/no replica and no drill of this item is there/);
    expect(fs.readFileSync(path.join(taken, "os.img"), "utf8")).toBe("somebody's bytes");
  });
});

describe("a failover", () => {
  it("leaves alone what comes into its folder while it runs, also when it fails for that", async () => {
    await make("S3", "web1");
    const taken = path.join(site.engine.homeFolder, "azure", "dr", "web1");
    const image = path.join(taken, "os.img");
    const report = (line: string): void => {
      if (!/Make the replica machine's disks/i.test(line)) return;
      fs.mkdirSync(taken, { recursive: true });
      fs.writeFileSync(image, "somebody's bytes");
    };
    const unplanned = { kind: "unplanned", recoveryPoint: "latest" } as const;
    await expect(site.engine.moves.failover(site.itemId(), unplanned, { report })).rejects.toMatchObject({
      code: "AlreadyExists",
    });
    expect(fs.readFileSync(image, "utf8")).toBe("somebody's bytes");
  });

  it("never writes over a folder that was not made for it, and leaves its source on", async () => {
    await make("S3", "web1");
    const taken = path.join(site.engine.homeFolder, "azure", "dr", "web1");
    fs.mkdirSync(taken, { recursive: true });
    fs.writeFileSync(path.join(taken, "os.img"), "somebody's bytes");
    const planned = { kind: "planned", recoveryPoint: "latest" } as const;
    await expect(site.engine.moves.failover(site.itemId(), planned, quiet)).rejects.toMatchObject({
      code: "AlreadyExists",
    });
    expect(fs.readFileSync(path.join(taken, "os.img"), "utf8")).toBe("somebody's bytes");
    expect([site.power(site.image()), site.item().state]).toEqual(["running", "Protected"]);
  });

  it("is neither changed nor cancelled nor reversed on a machine that has taken the place of its own", async () => {
    await make("S3", "web1");
    await failOver("web1");
    const folder = path.dirname(site.replica());
    fs.renameSync(folder, `${folder}-aside`);
    fs.mkdirSync(folder);
    fs.cpSync(`${folder}-aside`, folder, { recursive: true });
    const mark = path.join(folder, "machine-id");
    const other = { ...(JSON.parse(fs.readFileSync(mark, "utf8")) as object), machineId: "another" };
    fs.writeFileSync(mark, JSON.stringify({ ...other, madeBy: undefined }));
    const before = site.hash(path.join(folder, "os.img"));
    const [point] = await site.engine.recoveryPoints(site.itemId());
    await expect(site.engine.moves.changePoint(site.itemId(), point!.id, quiet)).rejects.toThrow();
    await expect(site.engine.moves.commit(site.itemId(), quiet)).rejects.toThrow(/cannot be committed/);
    await site.engine.moves.cancel(site.itemId(), quiet);
    expect([site.hash(path.join(folder, "os.img")), site.power(path.join(folder, "os.img"))]).toEqual([
      before,
      "running",
    ]);
  });

  it("is not failed back from a machine that has taken the place of its own, which stays on", async () => {
    await make("S3", "web1");
    await failOver("web1");
    await site.engine.moves.commit(site.itemId(), quiet);
    const replica = site.replica();
    const mark = path.join(path.dirname(replica), "machine-id");
    const other = { ...(JSON.parse(fs.readFileSync(mark, "utf8")) as object), machineId: "another" };
    fs.writeFileSync(mark, JSON.stringify({ ...other, madeBy: undefined, lastMove: undefined }));
    const before = [site.hash(replica), site.hash(site.image())];
    await expect(site.engine.moves.failback(site.itemId(), quiet)).rejects.toMatchObject({
      code: "DuplicateName",
    });
    expect([site.hash(replica), site.hash(site.image())]).toEqual(before);
    expect([site.power(replica), site.power(site.image())]).toEqual(["running", "off"]);
  });
});
