/** The engine's database comes back from a backup that is older than what has happened to its machines since. */
import { randomBytes } from "node:crypto";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import type { FlowId } from "../../../provider/model/flows.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";
import { backUpDatabase } from "./back-up-database.ts";

let site: FlowSite;
afterEach(() => site.remove());

async function make(flow: FlowId): Promise<void> {
  site = await FlowSite.make({ flow, content: randomBytes(262_144) });
  await site.protect();
}

const id = (): string => site.itemId();
const moves = (): FlowSite["engine"]["moves"] => site.engine.moves;
const backUp = (): Promise<() => Promise<void>> => backUpDatabase(site);
const failOver = (kind: "planned" | "unplanned", change = {}): Promise<void> =>
  moves().failover(id(), { kind, recoveryPoint: "latest", ...change }, quiet);

async function write(image: string): Promise<string> {
  const disk = await openTrackedDisk(image);
  await disk.write(randomBytes(1000), 77);
  await disk.flush();
  await disk.close();
  return site.hash(image);
}

const codes = async (): Promise<string[]> =>
  (await site.engine.viewItem(id())).healthNotes.map(({ code }) => code);
const older = { code: "ActionNotAllowed", message: expect.stringMatching(/adopt-machine web1/) as string };

describe.each(["S1", "S3", "S5", "S6"] as const)("a database from before a failover in %s", (flow) => {
  it("moves, replicates and removes nothing, and the machine can be adopted", async () => {
    await make(flow);
    const putBack = await backUp();
    await failOver("unplanned");
    await moves().commit(id(), quiet);
    const replica = site.replica();
    const written = await write(replica);
    const source = site.hash(site.image());
    await putBack();
    expect(site.item().activeLocation).toBe("primary");
    expect(await codes()).toContain("DatabaseOutdated");
    await expect(failOver("unplanned")).rejects.toMatchObject(older);
    await expect(site.engine.replicate(id(), quiet)).rejects.toMatchObject(older);
    await expect(site.engine.replicate(id(), quiet, "resync")).rejects.toMatchObject(older);
    await expect(site.engine.disableProtection(id(), quiet)).rejects.toMatchObject(older);
    expect([site.hash(replica), site.power(replica)]).toEqual([written, "running"]);
    expect([site.hash(site.image()), site.power(site.image())]).toEqual([source, "off"]);
    expect(await site.engine.identities.adoptMachine(id())).toBe("recovery");
    expect([site.item().activeLocation, site.replica()]).toEqual(["recovery", replica]);
    await moves().commit(id(), quiet);
    expect([site.hash(replica), site.power(replica), site.power(site.image())]).toEqual([
      written,
      "running",
      "off",
    ]);
    expect(site.item().details.isSourceUnfenced).toBeUndefined();
  });

  it("is noticed when the source is away as well", async () => {
    await make(flow);
    const putBack = await backUp();
    await failOver("unplanned");
    const replica = site.replica();
    const written = await write(replica);
    await putBack();
    fs.renameSync(path.join(site.folder, "london"), path.join(site.folder, "london-away"));
    await expect(failOver("unplanned")).rejects.toMatchObject(older);
    fs.renameSync(path.join(site.folder, "london-away"), path.join(site.folder, "london"));
    expect(site.hash(replica)).toBe(written);
  });
});

describe("a database from before a failback", () => {
  it("does not shut the machine down that runs at the primary side again", async () => {
    await make("S3");
    await failOver("planned");
    await moves().commit(id(), quiet);
    const putBack = await backUp();
    await moves().failback(id(), quiet);
    await moves().commit(id(), quiet);
    await moves().reverseReplicate(id(), quiet);
    const written = await write(site.image());
    await putBack();
    expect(site.item().activeLocation).toBe("recovery");
    expect(await codes()).toContain("DatabaseOutdated");
    await expect(moves().failback(id(), quiet)).rejects.toMatchObject(older);
    await expect(site.engine.disableProtection(id(), quiet)).rejects.toMatchObject(older);
    expect([site.hash(site.image()), site.power(site.image())]).toEqual([written, "running"]);
    expect(await site.engine.identities.adoptMachine(id())).toBe("primary");
    expect(site.item().activeLocation).toBe("primary");
    await moves().commit(id(), quiet);
    expect([site.hash(site.image()), site.power(site.image())]).toEqual([written, "running"]);
  });

  it("takes the machine over that the failback made again, since the old one was gone", async () => {
    await make("S3");
    await failOver("planned");
    await moves().commit(id(), quiet);
    const putBack = await backUp();
    fs.rmSync(path.dirname(site.image()), { recursive: true });
    await moves().failback(id(), quiet);
    const written = await write(site.image());
    await putBack();
    expect(await site.engine.identities.adoptMachine(id())).toBe("primary");
    await moves().commit(id(), quiet);
    await moves().reverseReplicate(id(), quiet);
    await site.engine.replicate(id(), quiet);
    expect([site.hash(site.image()), site.power(site.image())]).toEqual([written, "running"]);
  });

  it("is refused in the other direction too, in a flow that replicates back", async () => {
    await make("S6");
    await failOver("planned");
    await moves().commit(id(), quiet);
    const putBack = await backUp();
    await failOver("planned");
    await moves().commit(id(), quiet);
    const written = await write(site.image());
    await putBack();
    await expect(failOver("planned")).rejects.toMatchObject(older);
    await expect(site.engine.replicate(id(), quiet)).rejects.toMatchObject(older);
    expect([site.hash(site.image()), site.power(site.image())]).toEqual([written, "running"]);
  });
});

describe.each(["S3", "S5", "S6"] as const)("a database from before a commit in %s", (flow) => {
  it("does not cancel what was committed since", async () => {
    await make(flow);
    await failOver("unplanned");
    const putBack = await backUp();
    await moves().commit(id(), quiet);
    const replica = site.replica();
    const written = await write(replica);
    await putBack();
    await expect(moves().cancel(id(), quiet)).rejects.toMatchObject(older);
    expect([site.hash(replica), site.power(replica), site.power(site.image())]).toEqual([
      written,
      "running",
      "off",
    ]);
  });
});

describe("a machine that was adopted", () => {
  it("comes back with all that it has written, although its replica has moved on as well", async () => {
    await make("S3");
    const putBack = await backUp();
    await write(site.image());
    await failOver("planned");
    await moves().commit(id(), quiet);
    await putBack();
    await site.engine.identities.adoptMachine(id());
    await moves().commit(id(), quiet);
    const written = await write(site.replica());
    await moves().failback(id(), quiet);
    expect([site.hash(site.image()), site.power(site.image())]).toEqual([written, "running"]);
  });
});

describe("a database from before a failover back was cancelled", () => {
  it.each(["S5", "S6"] as const)("keeps the way back in %s once the machine is adopted", async (flow) => {
    await make(flow);
    const kind = flow === "S6" ? "planned" : "unplanned";
    await failOver(kind);
    await moves().commit(id(), quiet);
    if (flow === "S5") await moves().reverseReplicate(id(), quiet);
    const putBack = await backUp();
    await failOver(kind);
    await moves().cancel(id(), quiet);
    const written = await write(site.replica());
    await putBack();
    const { reverse } = site.item().details;
    await expect(site.engine.replicate(id(), quiet)).rejects.toMatchObject(older);
    expect(await site.engine.identities.adoptMachine(id())).toBe("recovery");
    expect([site.item().state, site.item().details.reverse]).toEqual(["ReverseProtected", reverse]);
    await site.engine.replicate(id(), quiet);
    // The failover that this database does not know of has overwritten the disks at the primary side.
    await failOver(kind, { discardPrimaryChanges: true });
    expect([site.hash(site.image()), site.power(site.image())]).toEqual([written, "running"]);
  });
});

/** Fails back in a process of its own that is killed when it reports a line. */
function dieInFailback(line: RegExp): void {
  const script = `
    const { openEngine } = await import(${JSON.stringify(path.resolve("provider/engine/engine.ts"))});
    const engine = await openEngine({ home: ${JSON.stringify(path.join(site.folder, "home"))} });
    const report = (line) => { if (${String(line)}.test(line)) process.kill(process.pid, "SIGKILL"); };
    await engine.moves.failback(${JSON.stringify(id())}, { report });`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(child.signal, child.stderr).toBe("SIGKILL");
}

describe("a database from before a failback that was interrupted", () => {
  it.each([
    ["when the machine at the recovery side was off", /^Take the last delta/],
    ["in the midst of a disk", /^failback of disk/],
  ])("%s: the machine is still at the recovery side, and loses nothing", async (_when, line) => {
    await make("S3");
    await failOver("planned");
    await moves().commit(id(), quiet);
    const putBack = await backUp();
    const written = await write(site.replica());
    dieInFailback(line);
    await putBack();
    await expect(moves().failback(id(), quiet)).rejects.toMatchObject(older);
    expect(await site.engine.identities.adoptMachine(id())).toBe("recovery");
    expect([site.item().state, site.hash(site.replica())]).toEqual(["PlannedFailoverCommitted", written]);
    await moves().failback(id(), quiet);
    expect([site.hash(site.image()), site.power(site.image())]).toEqual([written, "running"]);
  });

  it("when its disks were equal already: the machine is at the primary side", async () => {
    await make("S3");
    await failOver("planned");
    await moves().commit(id(), quiet);
    const putBack = await backUp();
    const written = await write(site.replica());
    dieInFailback(/^Start the machine at the primary side/);
    await putBack();
    expect(await site.engine.identities.adoptMachine(id())).toBe("primary");
    expect(site.hash(site.image())).toBe(written);
  });
});

describe("a database from before a drill", () => {
  it("writes over no machine of a drill that it does not know of", async () => {
    await make("S3");
    const putBack = await backUp();
    const vault = { resourceGroupName: "dr", resourceName: "dr-vault" };
    const networkId = site.ids.get("drill network")!;
    const inputs = { ...vault, drillName: "friday", protectedItemId: id(), networkId };
    const drill = (): Promise<unknown> => handlerOf("drill", site.engine).create(inputs as never, quiet);
    await drill();
    const test = path.join(site.item().details.testMachine!.folder, "os.img");
    await write(test);
    const written = site.hash(test);
    fs.writeFileSync(path.join(path.dirname(test), "power-state"), "off\n");
    await putBack();
    await expect(drill()).rejects.toThrow(/that this database does not know of/);
    expect(site.hash(test)).toBe(written);
  });
});

describe("a database from before a failover was cancelled", () => {
  it("cancels nothing a second time", async () => {
    await make("S3");
    await failOver("unplanned");
    const putBack = await backUp();
    await moves().cancel(id(), quiet);
    const written = await write(site.image());
    await putBack();
    await expect(moves().commit(id(), quiet)).rejects.toMatchObject(older);
    await expect(moves().cancel(id(), quiet)).rejects.toMatchObject(older);
    expect([site.hash(site.image()), site.power(site.image())]).toEqual([written, "running"]);
  });
});

it("adopts no machine that does not say which recovery point it was made from", async () => {
  await make("S3");
  const putBack = await backUp();
  await failOver("unplanned");
  const replica = site.replica();
  const file = path.join(path.dirname(replica), "machine-id");
  const mark = JSON.parse(fs.readFileSync(file, "utf8")) as { madeBy: { pointTakenAt?: number } };
  delete mark.madeBy.pointTakenAt;
  fs.writeFileSync(file, JSON.stringify(mark));
  await putBack();
  await expect(site.engine.identities.adoptMachine(id())).rejects.toMatchObject({
    code: "Damaged",
    message: expect.stringMatching(
      /does not say which recovery point.*Put the newest database back/,
    ) as string,
  });
  expect(site.item().activeLocation).toBe("primary");
  expect(site.power(replica)).toBe("running");
});
