/** Each move of one machine × what forbids it: refused by name before anything is changed, and foreseen the same. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { blockSizeBytes as block } from "../../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { openEngine } from "../../../provider/engine/engine.ts";
import type { FlowId } from "../../../provider/engine/flows.ts";
import type { Move } from "../../../provider/engine/failover/moves.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

let site: FlowSite;
afterEach(() => site.remove());

const planned: Move = { action: "failover", kind: "planned", recoveryPoint: "latest" };
const unplanned: Move = { action: "failover", kind: "unplanned", recoveryPoint: "latest" };
const bogus: Move = { ...unplanned, recoveryPoint: "bogus" };
const commit: Move = { action: "commit" };
const failback: Move = { action: "failback" };
const reverse: Move = { action: "reverseReplicate" };
const cancel: Move = { action: "cancel" };
const otherPoint: Move = { action: "changePoint", recoveryPoint: "bogus" };

function all(ending: string): string[] {
  return fs
    .readdirSync(site.folder, { recursive: true })
    .map((file) => path.join(site.folder, String(file)))
    .filter((file) => file.endsWith(ending));
}

function away(folder: string): void {
  fs.renameSync(folder, `${folder}.away`);
}

const storeIsAway = (): void => away(path.dirname(all("store.key")[0]!));
const primaryIsAway = (): void =>
  away(path.join(site.folder, "london", site.flow === "S1" ? "vcenter" : "hv1"));
const diskIsGone = (): void => away(site.image());
const recoveryHostIsAway = (): void => away(path.dirname(path.dirname(site.replica())));
const noNetwork = (): void => {
  for (const { id } of site.engine.listThings({ kind: "network-mapping" })) site.engine.removeThing(id);
};

interface Case {
  readonly flow: FlowId;
  /** The moves that lead to where the case begins. */
  readonly after: readonly Move[];
  readonly move: Move;
  readonly forbid?: () => void;
  readonly names: RegExp;
}

const cases: Case[] = [
  { flow: "S3", after: [], move: planned, forbid: primaryIsAway, names: /does not answer/ },
  { flow: "S3", after: [], move: planned, forbid: diskIsGone, names: /web1.*os\.img/ },
  { flow: "S3", after: [], move: planned, forbid: storeIsAway, names: /replica store .* cannot be reached/ },
  { flow: "S3", after: [], move: planned, forbid: noNetwork, names: /network "production" is mapped to no/ },
  { flow: "S3", after: [], move: { ...planned, recoveryPoint: "bogus" }, names: /--kind unplanned/ },
  {
    flow: "S3",
    after: [],
    move: unplanned,
    forbid: storeIsAway,
    names: /replica store .* cannot be reached/,
  },
  {
    flow: "S3",
    after: [],
    move: unplanned,
    forbid: noNetwork,
    names: /network "production" is mapped to no/,
  },
  { flow: "S3", after: [], move: bogus, names: /no recovery point "bogus"/ },
  { flow: "S1", after: [], move: bogus, names: /no recovery point "bogus"/ },
  { flow: "S3", after: [unplanned], move: otherPoint, names: /no recovery point "bogus"/ },
  {
    flow: "S3",
    after: [unplanned],
    move: cancel,
    forbid: primaryIsAway,
    names: /does not answer/,
  },
  {
    flow: "S3",
    after: [unplanned],
    move: commit,
    forbid: recoveryHostIsAway,
    names: /cannot be reached|is gone/,
  },
  {
    flow: "S3",
    after: [planned, commit],
    move: failback,
    forbid: primaryIsAway,
    names: /does not answer/,
  },
  {
    flow: "S3",
    after: [planned, commit],
    move: failback,
    forbid: storeIsAway,
    names: /replica store .* cannot be reached/,
  },
  {
    flow: "S3",
    after: [planned, commit, failback, commit],
    move: reverse,
    forbid: diskIsGone,
    names: /web1.*os\.img/,
  },
  {
    flow: "S1",
    after: [unplanned, commit],
    move: reverse,
    forbid: primaryIsAway,
    names: /london has no hypervisor/,
  },
  {
    flow: "S6",
    after: [planned, commit],
    move: planned,
    forbid: primaryIsAway,
    names: /does not answer/,
  },
];

function world(): unknown {
  const { state, activeLocation, details } = site.item();
  const files = fs.readdirSync(site.folder, { recursive: true, withFileTypes: true });
  return {
    state,
    activeLocation,
    details,
    jobs: site.engine.jobs({ limit: 50 }).length,
    files: files
      .filter((entry) => entry.isFile() && !/siterecovery\.db|\.entry$/.test(entry.name))
      .map((entry) => [
        path.join(entry.parentPath, entry.name),
        fs.statSync(path.join(entry.parentPath, entry.name)).mtimeMs,
      ]),
  };
}

/** By its dry run and by itself, with nothing changed. */
async function expectRefused(move: Move, names: RegExp): Promise<void> {
  const before = world();
  const { refusals } = await site.engine.moves.foresee(site.itemId(), move);
  expect(refusals.map(({ message }) => message).join("\n")).toMatch(names);
  const refused = site.engine.moves.run(site.itemId(), move, quiet);
  await expect(refused).rejects.toThrow(names);
  await expect(refused).rejects.toThrow(/Nothing was changed\.$/);
  expect(world()).toEqual(before);
}

describe("a move that something forbids", () => {
  it.each(cases)("$flow $move.action $move.kind: $names", async ({ flow, after, move, forbid, names }) => {
    site = await FlowSite.make({ flow });
    await site.protect();
    for (const earlier of after) await site.engine.moves.run(site.itemId(), earlier, quiet);
    forbid?.();
    await expectRefused(move, names);
  });

  it("is the want of room: it is said, and nothing is shut down", async () => {
    let free = Number.MAX_SAFE_INTEGER;
    const files = { ...localFileSystem, freeBytes: (): number => free };
    site = await FlowSite.make({ flow: "S3", open: (home) => openEngine({ home, files }) });
    await site.protect();
    const foreseen = await site.engine.moves.foresee(site.itemId(), unplanned);
    expect(foreseen.refusals).toEqual([]);
    expect(foreseen.steps.map(({ action }) => action)).toEqual(["shutDown", "make", "start"]);
    expect(foreseen.rooms[0]!.bytes(0)).toBe(512 * 1024);
    free = 512 * 1024 - 1;
    const before = world();
    const refused = site.engine.moves.run(site.itemId(), planned, quiet);
    await expect(refused).rejects.toThrow(/There is no room in .*: they take 512 KiB/);
    expect(world()).toEqual(before);
    free = 512 * 1024;
    await site.engine.moves.run(site.itemId(), planned, quiet);
  });

  it("is a place that cannot be written, at either side: it is said, and nothing is shut down", async () => {
    let readOnly = "";
    const files = {
      ...localFileSystem,
      isWritable: (folder: string): boolean => readOnly === "" || !folder.startsWith(readOnly),
    };
    site = await FlowSite.make({ flow: "S3", open: (home) => openEngine({ home, files }) });
    await site.protect();
    const primary = path.dirname(site.image());
    const recovery = path.join(site.folder, "home", "azure");
    for (const [move, folder] of [
      [planned, primary],
      [planned, recovery],
      [unplanned, recovery],
    ] as const) {
      readOnly = folder;
      await expectRefused(move, /The folder .* cannot be written/);
    }
    readOnly = primary;
    const foreseen = await site.engine.moves.foresee(site.itemId(), unplanned);
    expect(foreseen.refusals).toEqual([]);
    expect(foreseen.warnings.join()).toMatch(
      /is not shut down and may still run: The folder .* cannot be written/,
    );
    readOnly = "";
    await site.engine.moves.run(site.itemId(), planned, quiet);
    await site.engine.moves.commit(site.itemId(), quiet);
    for (const folder of [primary, recovery]) {
      readOnly = folder;
      await expectRefused(failback, /The folder .* cannot be written/);
    }
    readOnly = "";
    await site.engine.moves.run(site.itemId(), failback, quiet);
  });

  it("is the want of room at the primary side: the machine runs on at the recovery side", async () => {
    let free = Number.MAX_SAFE_INTEGER;
    const files = { ...localFileSystem, freeBytes: (): number => free };
    const content = randomBytes(2 * block);
    site = await FlowSite.make({ flow: "S3", content, open: (home) => openEngine({ home, files }) });
    fs.truncateSync(site.image(), 32 * block);
    await site.protect();
    await site.engine.moves.run(site.itemId(), planned, quiet);
    await site.engine.moves.commit(site.itemId(), quiet);
    free = 0;
    // What is there already takes no more room.
    expect((await site.engine.moves.foresee(site.itemId(), failback)).refusals).toEqual([]);
    const disk = await openTrackedDisk(site.replica());
    await disk.write(randomBytes(6 * block), 20 * block);
    await disk.close();
    free = 6 * block - 1;
    const refused = site.engine.moves.run(site.itemId(), failback, quiet);
    await expect(refused).rejects.toThrow(
      /There is no room in .*: they take 384 KiB.*runs at the recovery side as before\.$/,
    );
    expect([site.power(site.image()), site.power(site.replica())]).toEqual(["off", "running"]);
    const [job] = site.engine.jobs({ targetId: site.itemId(), limit: 1 });
    expect(job!.tasks.find(({ name }) => name === "ShutDownReplica")?.state).toBe("NotStarted");
    free = 6 * block;
    await site.engine.moves.run(site.itemId(), failback, quiet);
    expect(site.hash(site.image())).toBe(site.hash(site.replica()));
  });
});
