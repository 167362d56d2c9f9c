/** A home that is lost after its machines have moved: the rebuilt one knows where they are, and asks for no decision. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { openEngine } from "../../../provider/engine/engine.ts";
import type { FlowId } from "../../../provider/model/flows.ts";
import { Adoption } from "../../../provider/engine/recovery-home/adoption.ts";
import type { Progress } from "../../../provider/progress.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

let site: FlowSite;
afterEach(() => site.remove());

async function make(flow: FlowId): Promise<void> {
  site = await FlowSite.make({ flow, content: randomBytes(256 * 1024) });
  if (flow === "S5") {
    // Outside of the home that is lost.
    const inputs = { resourceGroupName: "dr", resourceName: "dr-vault", fabricName: "london" };
    const storageFolder = site.at("london", "retention");
    await site.declare("master target", "master-target", {
      ...inputs,
      masterTargetName: "mt",
      storageFolder,
    });
  }
  await site.protect();
}

const id = (): string => site.itemId();
const failOver = (kind: "planned" | "unplanned", progress: Progress = quiet): Promise<void> =>
  site.engine.moves.failover(id(), { kind, recoveryPoint: "latest" }, progress);

async function loseHome(): Promise<void> {
  const kit = path.join(site.folder, "safe", "kit.json");
  await site.engine.recoveryHome.exportKeys(kit, { overwrite: false });
  site.engine.close();
  fs.rmSync(path.join(site.folder, "home"), { recursive: true });
  const home = path.join(site.folder, "new-home");
  await (await Adoption.open({ folder: site.folder, keyFiles: [kit] })).rebuild(home);
  site.useEngine(await openEngine({ home }));
}

async function write(image: string): Promise<string> {
  const disk = await openTrackedDisk(image);
  await disk.write(randomBytes(5000), 70_000);
  await disk.flush();
  await disk.close();
  return site.hash(image);
}

const codes = async (): Promise<string[]> =>
  (await site.engine.viewItem(id())).healthNotes.map(({ code }) => code);

describe.each(["S5", "S6"] as const)("a rebuilt home in flow %s", (flow) => {
  const kind = flow === "S5" ? "unplanned" : "planned";

  it("goes on with a machine that replicates back", async () => {
    await make(flow);
    await failOver(kind);
    await site.engine.moves.commit(id(), quiet);
    if (flow === "S5") await site.engine.moves.reverseReplicate(id(), quiet);
    const { reverse } = site.item().details;
    const points = (await site.engine.recoveryPoints(id())).map((point) => point.id);
    await loseHome();
    expect(site.item().details.reverse).toEqual(reverse);
    expect(await codes()).not.toContain("DatabaseOutdated");
    expect((await site.engine.recoveryPoints(id())).map((point) => point.id)).toEqual(points);
    const written = await write(site.replica());
    expect(await site.engine.replicate(id(), quiet)).toMatchObject({ bytesChanged: 65_536 });
    await failOver(kind);
    const powers = [site.power(site.image()), site.power(site.replica())];
    expect([site.hash(site.image()), ...powers]).toEqual([written, "running", "off"]);
    await site.engine.moves.commit(id(), quiet);
  });

  it("goes on with a machine whose failover was given up", async () => {
    await make(flow);
    const stop = new AbortController();
    const report = (line: string): void => {
      if (line.startsWith("Make the replica machine")) stop.abort();
    };
    await expect(failOver(kind, { report, signal: stop.signal })).rejects.toMatchObject({
      code: "Cancelled",
    });
    await loseHome();
    expect(await codes()).not.toContain("DatabaseOutdated");
    const written = await write(site.image());
    await site.engine.replicate(id(), quiet);
    await failOver(kind);
    expect([site.hash(site.replica()), site.power(site.image())]).toEqual([written, "off"]);
  });
});
