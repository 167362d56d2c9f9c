import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

let site: FlowSite;
let other: FlowSite;
beforeEach(async () => {
  const content = randomBytes(4 * 65_536);
  site = await FlowSite.make({ flow: "S3", content, machines: ["web1", "web2"] });
  other = await FlowSite.make({ flow: "S3", content });
  folders.clear();
  await protect(site, "web1");
  await protect(site, "web2");
  await protect(other, "web1");
});
afterEach(() => {
  site.remove();
  other.remove();
});

const machinesOf = (of: FlowSite): string => path.join(of.folder, "home", "storage", "replicas", "machines");

/** By site and machine: its folder in the store. */
const folders = new Map<string, string>();
const folderOf = (of: FlowSite, machine: string): string => folders.get(`${of.folder} ${machine}`)!;

async function protect(of: FlowSite, machine: string): Promise<void> {
  const known = new Set(folders.values());
  await of.protect(machine);
  const there = fs.readdirSync(machinesOf(of)).map((name) => path.join(machinesOf(of), name));
  folders.set(
    `${of.folder} ${machine}`,
    there.find((folder) => !known.has(folder))!,
  );
}

function filesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => path.join(folder, name))
    .filter((file) => fs.statSync(file).isFile());
}

const findings = async (): Promise<string[]> => {
  const check = await site.engine.upkeep.verify(site.ids.get("storage")!, quiet);
  return check.damaged.map(({ objectPath }) => objectPath);
};

const endings = ["machine.sealed", "roster.sealed", ".point", ".segment", ".map", "released.sealed"];

describe("a file of another machine or another store", () => {
  it.each(["of another machine", "of another store"])("%s is found in the place of a file", async (whose) => {
    expect(await findings()).toEqual([]);
    const mine = folderOf(site, "web1");
    const theirs = whose === "of another machine" ? folderOf(site, "web2") : folderOf(other, "web1");
    for (const ending of endings) {
      const [file] = filesIn(mine).filter((name) => name.endsWith(ending));
      const [foreign] = filesIn(theirs).filter((name) => name.endsWith(ending));
      if (file === undefined || foreign === undefined) continue;
      const before = fs.readFileSync(file);
      fs.copyFileSync(foreign, file);
      expect(await findings(), ending).toContain(file);
      fs.writeFileSync(file, before);
    }
    expect(await findings()).toEqual([]);
  });

  it.each(["of another machine", "of another store"])("%s is found beside the files", async (whose) => {
    const mine = folderOf(site, "web1");
    const theirs = whose === "of another machine" ? folderOf(site, "web2") : folderOf(other, "web1");
    const [disk] = fs.readdirSync(path.join(mine, "disks"));
    for (const file of filesIn(theirs).filter((name) => /\.(point|segment|map)$/.test(name))) {
      const into = file.endsWith(".point") ? path.join(mine, "points") : path.join(mine, "disks", disk!);
      // A point's name is its number: one that is not in use yet.
      const name = file.endsWith(".point") ? "000000000099.point" : path.basename(file);
      const copy = path.join(into, name);
      fs.copyFileSync(file, copy);
      expect(await findings(), file).toContain(copy);
      fs.rmSync(copy);
    }
    // Disks of one id have one folder name in a store.
    if (whose === "of another machine") return;
    const [foreignDisk] = fs.readdirSync(path.join(theirs, "disks"));
    fs.cpSync(path.join(theirs, "disks", foreignDisk!), path.join(mine, "disks", foreignDisk!), {
      recursive: true,
    });
    expect(await findings()).toContain(path.join(mine, "disks", foreignDisk!));
    fs.rmSync(path.join(mine, "disks", foreignDisk!), { recursive: true });
    expect(await findings()).toEqual([]);
  });

  it("is found when whole folders of machines have changed places, and a whole replica that is gone is missed", async () => {
    const [mine, theirs] = [folderOf(site, "web1"), folderOf(site, "web2")];
    fs.renameSync(mine, `${mine}.x`);
    fs.renameSync(theirs, mine);
    fs.renameSync(`${mine}.x`, theirs);
    const found = await findings();
    for (const folder of [mine, theirs]) expect(found).toContain(path.join(folder, "machine.sealed"));
    fs.rmSync(mine, { recursive: true });
    fs.rmSync(theirs, { recursive: true });
    expect((await findings()).sort()).toEqual([mine, theirs].sort());
  });

  it("that names the machine keeps no recovery point from being exported while both names are there", async () => {
    const [mine, theirs] = [folderOf(site, "web1"), folderOf(site, "web2")];
    const swapped = fs.readFileSync(path.join(mine, "machine.sealed"));
    fs.copyFileSync(path.join(theirs, "machine.sealed"), path.join(mine, "machine.sealed"));
    fs.writeFileSync(path.join(theirs, "machine.sealed"), swapped);
    expect((await findings()).sort()).toEqual(
      [mine, theirs].map((folder) => path.join(folder, "machine.sealed")).sort(),
    );
    const toPath = path.join(site.folder, "web1.img");
    await site.engine.points.export({ itemId: site.itemId(), recoveryPoint: "latest", toPath }, quiet);
    expect(site.hash(toPath)).toBe(site.hash(site.image()));
    // The next cycles put the names right.
    for (const machine of ["web1", "web2"]) await site.engine.replicate(site.itemId(machine), quiet);
    expect(await findings()).toEqual([]);
  });
});

it("a target that is away hides neither the others nor the item's settings", async () => {
  const storage = path.dirname(machinesOf(site));
  fs.renameSync(storage, `${storage}.away`);
  fs.mkdirSync(storage);
  const view = await site.engine.viewItem(site.itemId());
  expect(view).toMatchObject({
    isTargetAway: true,
    failoverHealth: "Critical",
    replicationHealth: "Critical",
  });
  expect(view.healthNotes.map(({ code }) => code)).toContain("TargetUnreachable");
  const live = await handlerOf("protected-item", site.engine).read(site.itemId());
  expect(live?.outputs).toMatchObject({ properties: { replicationHealth: "Critical" } });
});
