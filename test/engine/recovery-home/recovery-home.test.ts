import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { nameOf } from "../../../provider/arm-id.ts";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { type Engine, openEngine } from "../../../provider/engine/engine.ts";
import type { FlowId } from "../../../provider/model/flows.ts";
import { Adoption, type StoreSource } from "../../../provider/engine/recovery-home/adoption.ts";
import { quiet } from "../fixture.ts";
import { FlowComponents } from "../flow-components.ts";
import { FlowSite } from "../flow-site.ts";

const passphrase = "correct horse battery";
let site: FlowSite;

async function make(flow: FlowId = "S3"): Promise<void> {
  site = await FlowSite.make({ flow, content: randomBytes(256 * 1024) });
  await site.protect();
}

afterEach(() => site.remove());

const kit = (): string => path.join(site.folder, "safe", "kit.json");
const storeFolder = async (): Promise<string> => {
  const { replicaStoreId } = site.item().details;
  const [found] = (await Adoption.open({ folder: site.folder, keyFiles: keyFiles() })).stores.filter(
    ({ holderId }) => holderId?.toLowerCase() === replicaStoreId.toLowerCase(),
  );
  return found!.place;
};
const keyFiles = (): string[] => {
  const folder = path.join(site.folder, "home", "keys");
  return fs.readdirSync(folder).flatMap((name) => (name.endsWith(".key") ? [path.join(folder, name)] : []));
};

/** Moves the store out of the home, loses the home, and rebuilds one elsewhere. */
async function loseHome(source: Partial<StoreSource>): Promise<Engine> {
  const folder = await storeFolder();
  site.engine.close();
  const saved = path.join(site.folder, "saved");
  if (folder.startsWith(path.join(site.folder, "home"))) fs.renameSync(folder, saved);
  fs.rmSync(path.join(site.folder, "home"), { recursive: true });
  const home = path.join(site.folder, "new-home");
  const adoption = await Adoption.open({ folder: fs.existsSync(saved) ? saved : folder, ...source });
  await adoption.rebuild(home);
  const rebuilt = await openEngine({ home });
  site.useEngine(rebuilt);
  return rebuilt;
}

async function write(at: number): Promise<void> {
  const disk = await openTrackedDisk(site.image());
  await disk.write(randomBytes(5000), at);
  await disk.flush();
  await disk.close();
}

describe("a home that is lost", () => {
  it.each(["S1", "S3", "S5", "S6"] as const)(
    "is rebuilt from the replicas and a key kit in flow %s: the same things, points and bytes",
    async (flow) => {
      await make(flow);
      await write(70_000);
      await site.engine.replicate(site.itemId(), quiet, "resync");
      const urn = "urn:pulumi:prod::shop::siterecovery:index:ReplicationProtectedItem::web1";
      await site.engine.owners.settle(site.itemId(), site.engine.owners.claim(site.itemId(), urn));
      const things = site.engine.listThings({}).map(({ id, kind, inputs }) => ({ id, kind, inputs }));
      const before = site.item();
      const points = (await site.engine.recoveryPoints(site.itemId())).map(({ id }) => id);
      await site.engine.recoveryHome.exportKeys(kit(), { overwrite: false });
      const engine = await loseHome({ keyFiles: [kit()] });
      expect(engine.listThings({}).map(({ id, kind, inputs }) => ({ id, kind, inputs }))).toEqual(things);
      const after = engine.findItem(site.itemId())!;
      expect(after.details.definition).toEqual(before.details.definition);
      expect([after.state, after.activeLocation, after.details.disks]).toEqual([
        before.state,
        before.activeLocation,
        before.details.disks,
      ]);
      expect((await engine.recoveryPoints(site.itemId())).map(({ id }) => id)).toEqual(points);
      expect(engine.owners.of(site.itemId())?.urn).toBe(urn);
      const toPath = path.join(site.folder, "out.img");
      await engine.points.export({ itemId: site.itemId(), recoveryPoint: "latest", toPath }, quiet);
      expect(fs.readFileSync(toPath).equals(fs.readFileSync(site.image()))).toBe(true);
    },
  );

  it("goes on replicating and fails over after it was rebuilt", async () => {
    await make();
    await site.engine.recoveryHome.setPassphrase(passphrase);
    const engine = await loseHome({ passphrase });
    await write(140_000);
    // A delta: the rebuilt engine goes on where the lost one stopped, under a later lease.
    expect(await engine.replicate(site.itemId(), quiet)).toMatchObject({ bytesChanged: 65_536 });
    await engine.moves.failover(site.itemId(), { kind: "unplanned", recoveryPoint: "latest" }, quiet);
    const replica = path.join(site.folder, "new-home", "azure", "dr", "web1", "os.img");
    expect(fs.readFileSync(replica).equals(fs.readFileSync(site.image()))).toBe(true);
  });

  it("is rebuilt over what a killed adoption left, and never over another engine's home", async () => {
    await make();
    const folder = await storeFolder();
    await site.engine.recoveryHome.exportKeys(kit(), { overwrite: false });
    const home = path.join(site.folder, "new-home");
    const adopt = async (): Promise<string[]> =>
      (await Adoption.open({ folder, keyFiles: [kit()] })).rebuild(home);
    fs.mkdirSync(path.join(home, "storage", "replicas.adopting", "machines"), { recursive: true });
    await adopt();
    await adopt();
    fs.rmSync(path.join(home, "siterecovery.db"));
    await adopt();
    const other = await FlowSite.make({ flow: "S3" });
    try {
      const adoption = await Adoption.open({ folder, keyFiles: [kit()] });
      await expect(adoption.rebuild(path.join(other.folder, "home"))).rejects.toThrow(
        /belongs to another engine/,
      );
    } finally {
      other.remove();
    }
  });

  it("is not replaced by a new engine over its replicas and keys: that is refused, and says how to adopt them", async () => {
    await make("S6");
    const { replicaStoreId } = site.item().details;
    const folder = await storeFolder();
    const home = path.join(site.folder, "home");
    site.engine.close();
    fs.renameSync(path.join(home, "keys"), path.join(site.folder, "keys"));
    fs.rmSync(home, { recursive: true });
    fs.mkdirSync(home);
    fs.renameSync(path.join(site.folder, "keys"), path.join(home, "keys"));
    // The store that was in the home is lost with it.
    for (const ending of ["key", "store"]) fs.rmSync(path.join(home, "keys", `replicas.${ending}`));
    // Declared again: the same things in an empty database, beside the keys.
    site.useEngine(await openEngine({ home }));
    await new FlowComponents(site).declareAll();
    const files = (): number => fs.readdirSync(folder, { recursive: true }).length;
    const before = files();
    const told = new RegExp(
      `written by another engine.*siterecovery adopt ${folder} --key-file .*--home .*${nameOf(replicaStoreId)}`,
      "i",
    );
    // The machine itself was lost with its site, and made again.
    fs.rmSync(path.join(path.dirname(site.image()), "machine-id"));
    await expect(site.protect()).rejects.toThrow(told);
    expect(files()).toBe(before);
    expect(site.engine.findItem(site.itemId())).toBeUndefined();
  });

  it("can have its disks exported without an engine", async () => {
    await make();
    const adoption = await Adoption.open({ folder: site.folder, keyFiles: keyFiles() });
    const wanted = { machine: "WEB1", recoveryPoint: "latest", overwrite: false };
    const toPath = path.join(site.folder, "out.img");
    await adoption.export({ ...wanted, toPath }, quiet);
    expect(fs.readFileSync(toPath).equals(fs.readFileSync(site.image()))).toBe(true);
    await expect(adoption.export({ ...wanted, machine: "web2", toPath }, quiet)).rejects.toThrow(
      /no machine "web2". There are: web1/,
    );
    await expect(adoption.export({ ...wanted, recoveryPoint: "bogus", toPath }, quiet)).rejects.toThrow(
      /no recovery point bogus. There are: [0-9a-f-]{36}/,
    );
  });

  it("stays closed to those without the key", async () => {
    await make();
    const folder = await storeFolder();
    const wrong = path.join(site.folder, "wrong.key");
    fs.writeFileSync(wrong, randomBytes(32).toString("hex"));
    await expect(Adoption.open({ folder })).rejects.toThrow(/Add --key-file/);
    await expect(Adoption.open({ folder, keyFiles: [wrong] })).rejects.toThrow(
      /is not the one it was locked with/,
    );
    await expect(Adoption.open({ folder, passphrase })).rejects.toThrow(
      /locked with a key file, not with a passphrase/,
    );
    await expect(Adoption.open({ folder, keyFiles: [path.join(site.folder, "none")] })).rejects.toThrow(
      /no key file/,
    );
    await expect(Adoption.open({ folder: path.dirname(site.image()), passphrase })).rejects.toThrow(
      /no replica store/,
    );
  });
});

describe("the catalog", () => {
  const entries = async (): Promise<Map<string, unknown>> => {
    const store = await Adoption.open({ folder: await storeFolder(), keyFiles: keyFiles() });
    const { entries: all } = store.stores[0] as unknown as { entries: { key: string; content: unknown }[] };
    return new Map(all.map(({ key, content }) => [key, content]));
  };

  it("follows every change of things and items, and no cycle changes it", async () => {
    await make();
    const keys = (): string[] =>
      site.engine
        .listThings({})
        .map(({ id }) => id.toLowerCase())
        .sort();
    expect([...(await entries()).keys()].sort()).toEqual(keys());
    const id = await site.declare("spare", "virtual-network", {
      resourceGroupName: "dr",
      virtualNetworkName: "spare",
    });
    expect([...(await entries()).keys()].sort()).toEqual(keys());
    await site.engine.removeThing(site.ids.get("spare") ?? String(id));
    expect([...(await entries()).keys()].sort()).toEqual(keys());
    const settled = await entries();
    await write(1000);
    await site.engine.replicate(site.itemId(), quiet);
    expect(await entries()).toEqual(settled);
    await site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
    expect(JSON.stringify((await entries()).get(site.itemId().toLowerCase()))).toContain("CommitPending");
  });

  it("gets what it lacks when the store can be written again, and says so until then", async () => {
    await make();
    const folder = path.join(await storeFolder(), "catalog");
    fs.renameSync(folder, `${folder}.away`);
    fs.writeFileSync(folder, "in the way");
    await site.declare("spare", "virtual-network", { resourceGroupName: "dr", virtualNetworkName: "spare" });
    expect((await site.engine.recoveryHome.notices()).join()).toMatch(
      /catalog of \w+ lacks the newest changes/,
    );
    fs.rmSync(folder);
    fs.renameSync(`${folder}.away`, folder);
    await site.engine.recoveryHome.writeCatalogs();
    expect((await site.engine.recoveryHome.notices()).join()).not.toMatch(/catalog/);
    expect([...(await entries()).keys()].some((key) => key.endsWith("/spare"))).toBe(true);
  });

  it("holds no secret and no name in the clear", async () => {
    await make();
    const folder = path.join(await storeFolder(), "catalog");
    const names = fs.readdirSync(folder);
    const all = Buffer.concat(names.map((name) => fs.readFileSync(path.join(folder, name)))).toString(
      "latin1",
    );
    expect(names.length).toBeGreaterThan(5);
    expect(all + names.join()).not.toMatch(/web1|dr-vault|hv1/);
  });

  it("has each damaged or swapped entry found by verify, and adoption does without it", async () => {
    await make();
    const folder = path.join(await storeFolder(), "catalog");
    const [first, second, third] = fs.readdirSync(folder).map((name) => path.join(folder, name));
    const bytes = fs.readFileSync(first!);
    fs.writeFileSync(first!, fs.readFileSync(second!));
    const spoiled = fs.readFileSync(third!);
    spoiled[70]! ^= 1;
    fs.writeFileSync(third!, spoiled);
    const check = await site.engine.upkeep.verify(site.item().details.replicaStoreId, quiet);
    expect(check.damaged.map(({ objectPath }) => objectPath).sort()).toEqual([first, third].sort());
    const adoption = await Adoption.open({ folder: path.dirname(folder), keyFiles: keyFiles() });
    expect(adoption.stores[0]?.damagedEntries).toBe(2);
    fs.writeFileSync(first!, bytes);
  });
});

describe("copies of the keys", () => {
  it("are asked for until there is one of the key in use, or a passphrase", async () => {
    await make();
    const notices = async (): Promise<string> => (await site.engine.recoveryHome.notices()).join();
    expect(await notices()).toMatch(/No copy of the key of \w+ was made/);
    await expect(() =>
      site.engine.recoveryHome.exportKeys(path.join(site.folder, "home", "k"), { overwrite: false }),
    ).rejects.toThrow(/inside the engine's home/);
    await site.engine.recoveryHome.exportKeys(kit(), { overwrite: false });
    expect(fs.statSync(kit()).mode & 0o777).toBe(0o600);
    expect(await notices()).toBe("");
    await expect(() => site.engine.recoveryHome.exportKeys(kit(), { overwrite: false })).rejects.toThrow(
      /already/,
    );
    await site.engine.upkeep.rotateKey(site.item().details.replicaStoreId);
    expect(await notices()).toMatch(/No copy of the key/);
    await expect(site.engine.recoveryHome.setPassphrase("short")).rejects.toThrow(/at least 12/);
    await site.engine.recoveryHome.setPassphrase(passphrase);
    expect(await notices()).toBe("");
  });
});
