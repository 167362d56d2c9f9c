/** What is only in a place that no program expects, since a person or a disaster left it there, is taken along, kept or told. */
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

const sizeBytes = 262_144;
const vault = { resourceGroupName: "dr", resourceName: "dr-vault" };
const id = (machine = "web1"): string => site.itemId(machine);
const notes = async (machine = "web1"): Promise<Map<string, string>> =>
  new Map((await site.engine.viewItem(id(machine))).healthNotes.map(({ code, text }) => [code, text]));

async function make(flow: FlowId, machines: readonly string[] = ["web1"]): Promise<void> {
  site = await FlowSite.make({ flow, machines, content: randomBytes(sizeBytes) });
  for (const machine of machines) await site.protect(machine);
}

const drillNetwork = (): string => site.ids.get(site.flow === "S6" ? "drill VM network" : "drill network")!;

async function drill(): Promise<void> {
  if (site.flow === "S6") {
    const lab = { networkName: "lab", logicalNetworkName: "lab", protectionContainerName: "machines" };
    await site.declare("drill VM network", "vm-network", { ...vault, fabricName: "paris", ...lab });
  }
  const inputs = { ...vault, drillName: "friday", protectedItemId: id(), networkId: drillNetwork() };
  await handlerOf("drill", site.engine).create(inputs as never, quiet);
}

const endDrill = (): Promise<unknown> =>
  handlerOf("drill", site.engine).delete(site.item().details.testMachine!.drillId, quiet);

async function failOver(machine = "web1"): Promise<void> {
  await site.engine.moves.failover(id(machine), { kind: "unplanned", recoveryPoint: "latest" }, quiet);
}

describe("a machine at the recovery side whose machine.yaml a person took away", () => {
  const away = (): string => {
    const folder = path.dirname(site.replica());
    fs.renameSync(path.join(folder, "machine.yaml"), path.join(site.folder, "machine.yaml.away"));
    fs.writeFileSync(path.join(folder, "report.txt"), "written here");
    return folder;
  };
  const writeThere = (): string => {
    const image = site.replica();
    const file = fs.openSync(image, "r+");
    fs.writeSync(file, randomBytes(65_536), 0, 65_536, 65_536);
    fs.closeSync(file);
    return site.hash(image);
  };
  const expectReport = (folder: string): void => {
    expect(fs.readdirSync(`${folder}.kept`)).toEqual(["report.txt"]);
  };

  it("brings what it wrote last along on its way back, which says that it is there", async () => {
    await make("S5");
    await failOver();
    await site.engine.moves.commit(id(), quiet);
    await site.engine.moves.reverseReplicate(id(), quiet);
    const newest = writeThere();
    const folder = away();
    const back = { kind: "unplanned", recoveryPoint: "latest" } as const;
    const { warnings } = await site.engine.moves.foresee(id(), { action: "failover", ...back });
    expect(warnings.join("\n")).not.toContain("cannot be reached at the recovery side");
    await site.engine.moves.failover(id(), back, quiet);
    expect(site.hash(site.image())).toBe(newest);
    await site.engine.moves.commit(id(), quiet);
    await site.engine.moves.reverseReplicate(id(), quiet);
    expectReport(folder);
  });

  it("loses nothing of a person's when it is cancelled, or made again", async () => {
    await make("S3");
    await failOver();
    const folder = away();
    const { steps } = await site.engine.moves.foresee(id(), { action: "cancel" });
    expect(steps.map(({ text }) => text).join("\n")).toContain("beside it: report.txt");
    await site.engine.moves.cancel(id(), quiet);
    expectReport(folder);
  });

  it("has its report kept when a drill ends", async () => {
    await make("S3");
    await drill();
    const { folder } = site.item().details.testMachine!;
    fs.rmSync(path.join(folder, "machine.yaml"));
    fs.writeFileSync(path.join(folder, "report.txt"), "written here");
    await endDrill();
    expectReport(folder);
  });
});

describe("what an unplanned failover did not send", () => {
  it("is told while it is on the disks that a way back overwrites", async () => {
    await make("S5");
    const file = fs.openSync(site.image(), "r+");
    fs.writeSync(file, randomBytes(65_536), 0, 65_536, 0);
    fs.closeSync(file);
    const lines: string[] = [];
    const choice = { kind: "unplanned", recoveryPoint: "latest" } as const;
    await site.engine.moves.failover(id(), choice, { report: (line) => lines.push(line) });
    expect(lines.join("\n")).toMatch(/is on the disks at the primary side only/);
    expect((await notes()).get("UnsentChanges")).toMatch(
      /only on the disks in .*web1.*a way back overwrites/,
    );
    await site.engine.moves.commit(id(), quiet);
    await site.engine.moves.reverseReplicate(id(), quiet);
    expect([...(await notes()).keys()]).toContain("UnsentChanges");
    const { warnings } = await site.engine.moves.foresee(id(), { action: "failover", ...choice });
    expect(warnings.join("\n")).toContain("is overwritten in");
    await site.engine.moves.failover(id(), choice, quiet);
    expect([...(await notes()).keys()]).not.toContain("UnsentChanges");
  });

  it("is nothing when all was sent", async () => {
    await make("S3");
    await failOver();
    expect([...(await notes()).keys()]).not.toContain("UnsentChanges");
  });
});

describe("a file beside an image at the primary side that has a name of the engine's", () => {
  it("stops a cycle with one sentence, and is not touched", async () => {
    await make("S3");
    const copy = `${site.image()}.snapshot`;
    fs.copyFileSync(site.image(), copy);
    const before = site.hash(copy);
    await expect(site.engine.replicate(id(), quiet)).rejects.toMatchObject({
      code: "PrerequisitesNotMet",
      message: expect.stringMatching(
        /os\.img\.snapshot is no file of this engine.*Give it another name/s,
      ) as string,
    });
    expect(site.hash(copy)).toBe(before);
    fs.rmSync(copy);
    await site.engine.replicate(id(), quiet);
  });

  it("stops a failback, and is not touched", async () => {
    await make("S3");
    await failOver();
    await site.engine.moves.commit(id(), quiet);
    const copy = `${site.image()}.overwriting`;
    fs.writeFileSync(copy, "kept by a person");
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toMatchObject({
      message: expect.stringContaining("Give it another name, or remove it") as string,
    });
    expect(fs.readFileSync(copy, "utf8")).toBe("kept by a person");
    expect(site.power(site.replica())).toBe("running");
  });
});
