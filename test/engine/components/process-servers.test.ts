import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { ProtectedItemInputs } from "../../../provider/kinds/protected-item.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

const block = 65_536;
const machines = ["web1", "web2", "web3", "web4"];
const vault = { resourceGroupName: "dr", resourceName: "dr-vault" };
const london = { ...vault, fabricName: "london" };
const child = fileURLToPath(new URL("./replicate-in-child.ts", import.meta.url));

let site: FlowSite;
beforeEach(async () => {
  site = await FlowSite.make({ flow: "S3", machines, content: randomBytes(16 * block) });
});
afterEach(() => site.remove());

async function server(processServerName: string, more: object = {}): Promise<string> {
  const cacheFolder = site.at("london", "caches", processServerName);
  const inputs = { ...london, processServerName, cacheFolder, ...more };
  return (await handlerOf("process-server", site.engine).create(inputs, quiet)).id;
}

const serverOf = (machine: string): string | undefined =>
  site.item(machine).details.processServerId?.split("/").at(-1);
const filesIn = (name: string): string[] =>
  fs
    .readdirSync(site.at("london", "caches", name), { recursive: true, withFileTypes: true })
    .flatMap((entry) => (entry.isFile() && entry.name !== "alive.lock" ? [entry.name] : []));

async function moveTo(processServerId: string, machine = "web1"): Promise<void> {
  const last = site.inputs(machine);
  const wanted = { ...last, processServerId } as ProtectedItemInputs;
  const handler = handlerOf("protected-item", site.engine);
  const { changes, replaces } = await handler.diff(site.itemId(machine), last, wanted);
  expect(changes.map(({ property }) => property)).toContain("processServerId");
  expect(replaces).toEqual([]);
  await handler.update(site.itemId(machine), last, wanted, quiet);
}

async function write(machine = "web1", blocks = 1): Promise<string> {
  const disk = await openTrackedDisk(site.image(machine));
  await disk.write(randomBytes(blocks * block - 100), 50);
  await disk.flush();
  await disk.close();
  return site.hash(site.image(machine));
}

async function replicaAfterFailover(machine = "web1"): Promise<string> {
  await site.engine.moves.failover(
    site.itemId(machine),
    { kind: "unplanned", recoveryPoint: "latest" },
    quiet,
  );
  return site.hash(site.replica(machine));
}

describe("[C-3] several process servers", () => {
  it("are not chosen for a machine while their cache folder is gone", async () => {
    await server("ps1");
    await server("ps2");
    fs.rmSync(site.at("london", "caches", "ps1"), { recursive: true });
    await site.protect("web1");
    await site.protect("web2");
    expect(machines.slice(0, 2).map(serverOf)).toEqual(["ps2", "ps2"]);
    site.at("london", "caches", "ps1");
    await site.protect("web3");
    expect(serverOf("web3")).toBe("ps1");
  });

  it("share the machines of a site by bytes, keep theirs, and are not deleted under them", async () => {
    await site.protect("web1");
    expect(serverOf("web1")).toBe("default");
    const [one, two] = [await server("ps1"), await server("ps2")];
    for (const machine of machines.slice(1)) await site.protect(machine);
    expect(machines.map(serverOf)).toEqual(["default", "ps1", "ps2", "ps1"]);
    expect((await site.engine.viewItem(site.itemId("web2"))).processServerName).toBe("ps1");
    const handler = handlerOf("process-server", site.engine);
    expect((await handler.read(one))!.outputs).toMatchObject({
      properties: { machineCount: 2, protectedBytes: 32 * block },
    });
    await expect(handler.delete(two, quiet)).rejects.toMatchObject({ code: "InUse" });
    await expect(handler.delete(two, quiet)).rejects.toThrow(/in use by .*web3.*processServerId/);
    await moveTo(one, "web3");
    await handler.delete(two, quiet);
    expect(machines.map(serverOf)).toEqual(["default", "ps1", "ps1", "ps1"]);
  });

  it("refuse a machine that names one of elsewhere, and leave it where it was", async () => {
    const one = await server("ps1");
    await site.protect("web1", { processServerId: one });
    await expect(moveTo(`${one}-gone`)).rejects.toThrow(
      /there is no process server ps1-gone. There are: ps1/,
    );
    await expect(moveTo(site.ids.get("container")!)).rejects.toMatchObject({
      code: "MissingReference",
      property: "processServerId",
    });
    expect(serverOf("web1")).toBe("ps1");
    const inputs = { ...site.inputs(), processServerId: one };
    const details = { instanceType: "InMageAzureV2", storageAccountId: site.ids.get("storage")! };
    const properties = { ...inputs.properties, providerSpecificDetails: details };
    expect(await handlerOf("protected-item", site.engine).check({ ...inputs, properties })).toContainEqual({
      property: "processServerId",
      reason: expect.stringMatching(/belongs in properties.providerSpecificDetails/) as string,
    });
  });

  it("hand a machine over between cycles, and every byte arrives", async () => {
    const [one, two] = [await server("ps1"), await server("ps2")];
    await site.protect("web1", { processServerId: one });
    for (const next of [two, one, two]) {
      await write();
      await moveTo(next);
      expect(await site.engine.replicate(site.itemId(), quiet)).toMatchObject({ blocksSent: 1 });
      await write();
    }
    const last = await write();
    await site.engine.replicate(site.itemId(), quiet);
    expect(await replicaAfterFailover()).toBe(last);
    expect([filesIn("ps1"), filesIn("ps2")]).toEqual([[], []]);
  });

  it("[C-2] lose nothing when one is killed -9 with data in its cache and the machine goes to another", async () => {
    const slow = { bandwidth: { limitKilobitsPerSecond: 512 } };
    const [one, two] = [await server("ps1"), await server("ps2")];
    await site.protect("web1", { processServerId: one });
    const handler = handlerOf("process-server", site.engine);
    const settings = { ...london, processServerName: "ps1", cacheFolder: site.at("london", "caches", "ps1") };
    await handler.update(one, settings, { ...settings, ...slow }, quiet);
    const last = await write("web1", 4);
    const cycle = spawn(process.execPath, [child, path.join(site.folder, "home"), site.itemId()], {
      stdio: "inherit",
    });
    const exit = new Promise((resolve) => cycle.on("exit", (_code, signal) => resolve(signal)));
    // A quarter of a mebibyte takes four seconds at 512 kilobits: it lies in the cache meanwhile.
    await expect.poll(() => filesIn("ps1")).toEqual([expect.stringMatching(/\.segment$/) as string]);
    cycle.kill("SIGKILL");
    expect(await exit).toBe("SIGKILL");
    expect(filesIn("ps1")).toHaveLength(1);
    await moveTo(two);
    await site.engine.replicate(site.itemId(), quiet);
    expect(await replicaAfterFailover()).toBe(last);
    // The next machine that it serves finds the cache swept.
    await handler.update(one, settings, settings, quiet);
    await site.protect("web2", { processServerId: one });
    expect(filesIn("ps1")).toEqual([]);
  }, 60_000);

  it("[C-2] stop with a reason when the cache is gone, and go on when it is back", async () => {
    const one = await server("ps1");
    await site.protect("web1", { processServerId: one });
    const cache = site.at("london", "caches", "ps1");
    fs.renameSync(cache, `${cache}-away`);
    const last = await write();
    await expect(site.engine.replicate(site.itemId(), quiet)).rejects.toThrow(
      /process server ps1 cannot work: its cache folder .*ps1 is gone. Mount or make it again/,
    );
    expect(fs.existsSync(cache)).toBe(false);
    fs.renameSync(`${cache}-away`, cache);
    await site.engine.replicate(site.itemId(), quiet);
    expect(await replicaAfterFailover()).toBe(last);
  });
});

describe("[V2F-5] the way back from Azure", () => {
  it("goes through the process server there", async () => {
    site.remove();
    site = await FlowSite.make({ flow: "S1" });
    await site.protect();
    expect(serverOf("web1")).toBe("london-server");
    await site.engine.moves.failover(site.itemId(), { kind: "unplanned", recoveryPoint: "latest" }, quiet);
    await site.engine.moves.commit(site.itemId(), quiet);
    await site.engine.moves.reverseReplicate(site.itemId(), quiet);
    expect(site.item().details.reverse?.processServerId).toBe(site.ids.get("Azure process server"));
    const id = site.ids.get("Azure process server")!;
    await expect(handlerOf("process-server", site.engine).delete(id, quiet)).rejects.toThrow(/in use by/);
  });
});
