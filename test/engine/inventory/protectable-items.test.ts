import fs from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookups } from "../../../provider/lookups/registry.ts";
import { lookUp } from "../../../provider/lookups/look-up.ts";
import { machineDefinition } from "../../machine-definition.ts";
import { runProgram } from "../../cli/run-program.ts";
import { Site } from "../fixture.ts";

let site: Site;
beforeEach(async () => {
  site = await Site.make();
  await site.protect();
  addMachine("db1", {});
  addMachine("old1", { guestOs: { family: "windows", name: "Windows Server", version: "2003" } });
  fs.mkdirSync(path.join(site.folder, "hv1", "broken1"));
  fs.writeFileSync(path.join(site.folder, "hv1", "broken1", "machine.yaml"), "name: [");
});
afterEach(() => site.remove());

function addMachine(name: string, changes: object): void {
  const folder = path.join(site.folder, "hv1", name);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "machine.yaml"), stringify(machineDefinition(name, ["os"], changes)));
  fs.writeFileSync(path.join(folder, "os.img"), Buffer.alloc(1024));
}

describe("discovery", () => {
  it("[C-6] lists what a host has: protected, protectable, or why it is not [C-8]", async () => {
    const { items, unreachable } = await site.engine.hosts.protectableItems();
    expect(unreachable).toEqual([]);
    expect(
      items.map(({ name, protectedItemId, problems }) => [
        name,
        protectedItemId !== undefined,
        problems.length > 0,
      ]),
    ).toEqual([
      ["broken1", false, true],
      ["db1", false, false],
      ["old1", false, true],
      ["web1", true, false],
    ]);
    expect(items[1]).toMatchObject({ holderName: "hv1", platform: "hyper-v", guestOs: "Ubuntu 22.04" });
    expect(items[1]!.disks).toEqual([{ id: "os", sizeBytes: 1024 }]);
    expect(items[2]!.problems.join()).toMatch(/Windows Server 2003 is not on the support matrix/);
  });

  it("knows a protected machine by its id: whatever its folder is called, and whatever machine has its old name", async () => {
    const hv1 = path.join(site.folder, "hv1");
    const { hostId } = site.engine.findItem(site.itemId)!.details.machine!;
    const isProtected = async (name: string): Promise<boolean> =>
      (await site.engine.hosts.protectableItems()).items.some(
        (item) => item.name === name && item.protectedItemId !== undefined,
      );
    expect([await site.engine.hosts.protectedItemCount(hostId), await isProtected("web1")]).toEqual([
      1,
      true,
    ]);
    fs.renameSync(path.join(hv1, "web1"), path.join(hv1, "web1-old"));
    expect(await site.engine.hosts.protectedItemCount(hostId)).toBe(1);
    addMachine("web1", {});
    fs.writeFileSync(path.join(hv1, "web1", "machine-id"), JSON.stringify({ machineId: "another" }));
    fs.cpSync(path.join(hv1, "web1-old"), path.join(hv1, "copy"), { recursive: true });
    expect(await site.engine.hosts.protectedItemCount(hostId)).toBe(1);
    fs.rmSync(path.join(hv1, "web1-old"), { recursive: true });
    expect(await site.engine.hosts.protectedItemCount(hostId)).toBe(0);
  });

  it("tells a host that cannot be looked into, and a site that is none", async () => {
    fs.renameSync(path.join(site.folder, "hv1"), path.join(site.folder, "away"));
    const { items, unreachable } = await site.engine.hosts.protectableItems("LONDON");
    expect([items, unreachable.map(({ name }) => name)]).toEqual([[], ["hv1"]]);
    await expect(async () => site.engine.hosts.protectableItems("oslo")).rejects.toThrow(
      /There is no site "oslo". There are: london/,
    );
  });

  it("is a table at the terminal, and a lookup for programs", async () => {
    const home = path.join(site.folder, "home");
    const { code, stdout } = await runProgram(home, "machines");
    expect(code).toBe(0);
    expect(stdout).toMatch(/db1 +london +hv1 +Ubuntu 22\.04 +1\.0 KiB +can be protected/);
    expect(stdout).toMatch(/web1 .* as web1/);
    const found = await lookUp(lookups.get("listProtectableItems")!, { fabricName: "london" }, home);
    expect(found).toMatchObject({
      found: {
        items: [{ name: "broken1" }, { name: "db1", problems: [] }, { name: "old1" }, { name: "web1" }],
      },
    });
  });
});
