/** The source's disks change in ways that no change log knows of, or its logs are not those of the newest point. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { takeSnapshot } from "../../../provider/disks/take-snapshot.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { FlowSite } from "../flow-site.ts";
import { quiet } from "../fixture.ts";

const block = 65_536;
let site: FlowSite;

beforeEach(async () => {
  site = await FlowSite.make({ flow: "S3", content: randomBytes(20 * block) });
  await site.changePolicy({ instanceType: "HyperVReplicaAzure", replicationInterval: 300 });
  await site.protect();
});
afterEach(() => site.remove());

const replicate = (): ReturnType<FlowSite["engine"]["replicate"]> =>
  site.engine.replicate(site.itemId(), quiet);

async function newestPoint(): Promise<Buffer> {
  const point = (await site.engine.recoveryPoints(site.itemId())).at(-1)!;
  const toPath = path.join(site.folder, `point-${point.sequence}.img`);
  const what = { recoveryPoint: point.id, itemId: site.itemId(), diskId: "os", toPath };
  await site.engine.points.export(what, quiet);
  return fs.readFileSync(toPath);
}

const healthCodes = async (): Promise<string[]> =>
  (await site.engine.viewItem(site.itemId())).healthNotes.map(({ code }) => code);

async function write(at: number): Promise<void> {
  const disk = await openTrackedDisk(site.image());
  await disk.write(randomBytes(100), at * block);
  await disk.close();
}

const backup = (): string => `${path.dirname(site.image())}.backup`;

/** Each leaves the source in a state of which the newest point and the logs know nothing. */
const accidents: Record<string, () => Promise<void> | void> = {
  "a program writes to the image": () => {
    const file = fs.openSync(site.image(), "r+");
    fs.writeSync(file, "untracked", 3 * block);
    fs.closeSync(file);
  },
  "the image is replaced by another of the same size": () => {
    fs.writeFileSync(`${site.image()}.other`, randomBytes(20 * block));
    fs.renameSync(`${site.image()}.other`, site.image());
  },
  "the machine's folder is put back from a copy, with its logs": async () => {
    fs.cpSync(path.dirname(site.image()), backup(), { recursive: true });
    await write(3);
    await replicate();
    fs.rmSync(path.dirname(site.image()), { recursive: true });
    fs.renameSync(backup(), path.dirname(site.image()));
  },
  "another engine takes the changes away": async () => {
    await write(5);
    await (await takeSnapshot([site.image()])).complete();
  },
  "the change log is lost": async () => {
    await write(5);
    fs.rmSync(`${site.image()}.hrl`);
  },
};

describe.each(Object.entries(accidents))("%s", (_name, happens) => {
  it("is shown before any cycle, and the next cycle compares both sides", async () => {
    await happens();
    expect(await healthCodes()).toEqual(["ResyncRequired"]);
    // How much it is, is not known before the comparison.
    expect((await site.engine.viewItem(site.itemId())).pendingBytes).toBeUndefined();
    const { notices } = await handlerOf("protected-item", site.engine).diff(
      site.itemId(),
      site.inputs(),
      site.inputs(),
    );
    expect(notices).toEqual([
      { severity: "warning", text: expect.stringMatching(/^web1: disk os .*compares both sides$/) as string },
    ]);
    const cycle = await replicate();
    expect(cycle?.resyncReason).toMatch(/^disk os /);
    expect((await newestPoint()).equals(fs.readFileSync(site.image()))).toBe(true);
    const codes = site.engine.events({ targetId: site.itemId(), limit: 10 }).map(({ code }) => code);
    expect(codes.filter((code) => code.startsWith("Resync"))).toEqual(["ResyncRequired", "Resynchronized"]);
    expect(await healthCodes()).toEqual([]);
    await write(7);
    expect((await site.engine.viewItem(site.itemId())).pendingBytes).toBe(block);
    expect((await replicate())?.resyncReason).toBeUndefined();
    expect((await newestPoint()).equals(fs.readFileSync(site.image()))).toBe(true);
  });

  it("does not reach the recovery side by a planned failover", async () => {
    await happens();
    await site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
    expect(site.hash(site.replica())).toBe(site.hash(site.image()));
  });
});

/** Another engine, with a home of its own, that sees the same machine. */
async function otherEngine(): Promise<FlowSite> {
  const other = await FlowSite.make({ flow: "S3", content: randomBytes(block) });
  onTestFinished(() => other.remove());
  fs.rmSync(path.dirname(other.image()), { recursive: true });
  fs.symlinkSync(path.dirname(site.image()), path.dirname(other.image()));
  return other;
}

describe("a machine that two engines are to protect", () => {
  it("stays the first one's; a person gives it to the second, and the first one replicates it no more", async () => {
    const other = await otherEngine();
    const folder = path.dirname(other.image());
    const refusal = new RegExp(
      `another engine \\([0-9a-f-]{36}, home ${site.folder}/home\\) protects it as web1.*take-over-machine ${folder}`,
    );
    await expect(other.protect()).rejects.toThrow(refusal);
    expect(other.engine.findItem(other.itemId())).toBeUndefined();
    expect(await healthCodes()).toEqual([]);
    await other.engine.identities.takeOverMachine(folder);
    await other.protect();
    await expect(other.engine.identities.takeOverMachine(folder)).rejects.toThrow(/nothing to take over/);
    await expect(replicate()).rejects.toMatchObject({ code: "ActionNotAllowed" });
    expect(await healthCodes()).toContain("ProtectedByAnotherEngine");
    await other.engine.replicate(other.itemId(), quiet);
    // The first one's own protection can still be disabled, and takes nobody else's mark away.
    await site.engine.disableProtection(site.itemId(), quiet);
    await other.engine.replicate(other.itemId(), quiet);
  });

  it("is free again when the first one's protection is disabled", async () => {
    await site.engine.disableProtection(site.itemId(), quiet);
    const other = await otherEngine();
    await other.protect();
    await other.engine.replicate(other.itemId(), quiet);
  });

  it("and whose changes the other took before, is compared when it is had back", async () => {
    const other = await otherEngine();
    await other.engine.identities.takeOverMachine(path.dirname(other.image()));
    await other.protect();
    await write(2);
    await other.engine.replicate(other.itemId(), quiet, "resync");
    await site.engine.identities.takeOverMachine(path.dirname(site.image()));
    expect((await replicate())?.resyncReason).toContain("another engine took its changes");
    expect((await newestPoint()).equals(fs.readFileSync(site.image()))).toBe(true);
  });
});
