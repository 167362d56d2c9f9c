/** What happens to a machine's folder and images at the recovery side while it runs there is told, and no move takes data away. */
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

describe("a file that a person puts into the folder of a machine at the recovery side", () => {
  const put = (): string => {
    const folder = path.dirname(site.replica());
    fs.writeFileSync(path.join(folder, "os.img.bak"), "a copy of yesterday");
    fs.mkdirSync(path.join(folder, "notes"));
    fs.writeFileSync(path.join(folder, "notes/today.txt"), "written here");
    return folder;
  };
  const expectKept = (kept: string): void => {
    expect(fs.readFileSync(path.join(kept, "os.img.bak"), "utf8")).toBe("a copy of yesterday");
    expect(fs.readFileSync(path.join(kept, "notes/today.txt"), "utf8")).toBe("written here");
    expect(fs.readdirSync(kept)).toHaveLength(2);
  };

  it.each(["S1", "S3"] as const)(
    "is kept beside it when a cancellation removes the machine, in %s",
    async (flow) => {
      await make(flow);
      await failOver();
      const folder = put();
      const { steps } = await site.engine.moves.foresee(id(), { action: "cancel" });
      expect(steps).toContainEqual(
        expect.objectContaining({
          text: expect.stringMatching(/keep .*beside it: notes, os\.img\.bak$/) as string,
        }),
      );
      const lines: string[] = [];
      await site.engine.moves.cancel(id(), { report: (line) => lines.push(line) });
      expect(lines.join("\n")).toContain(`are kept in ${folder}.kept`);
      expectKept(`${folder}.kept`);
      expect(fs.existsSync(folder)).toBe(false);
    },
  );

  it("is kept beside it when the machine is made again from another recovery point, each time", async () => {
    await make("S3");
    await failOver();
    for (const kept of [".kept", ".kept-2"]) {
      const folder = put();
      await site.engine.moves.changePoint(id(), "latest", quiet);
      expectKept(`${folder}${kept}`);
      expect(site.power(site.replica())).toBe("running");
    }
  });

  it("is kept beside it when replication out again removes the machine", async () => {
    await make("S3");
    await failOver();
    await site.engine.moves.commit(id(), quiet);
    await site.engine.moves.failback(id(), quiet);
    await site.engine.moves.commit(id(), quiet);
    const folder = put();
    await site.engine.moves.reverseReplicate(id(), quiet);
    expectKept(`${folder}.kept`);
    expect(fs.existsSync(folder)).toBe(false);
  });

  it("is kept beside a drill's machine, and nothing of the machine's own is", async () => {
    await make("S3");
    await drill();
    const { folder: made } = site.item().details.testMachine!;
    fs.writeFileSync(path.join(made, "found.txt"), "by the drill");
    await endDrill();
    expect(fs.readdirSync(`${made}.kept`)).toEqual(["found.txt"]);
    expect(fs.existsSync(made)).toBe(false);
  });
});

describe("images of two machines that took each other's places at the recovery side", () => {
  const exchange = (): void => {
    const [one, other] = [site.replica("web1"), site.replica("db1")];
    fs.renameSync(one, `${one}.aside`);
    fs.renameSync(other, one);
    fs.renameSync(`${one}.aside`, other);
  };

  it("are told, and each way back is refused until they have their names back", async () => {
    await make("S3", ["web1", "db1"]);
    for (const machine of ["web1", "db1"]) {
      await failOver(machine);
    }
    expect([...(await notes()).keys()]).not.toContain("ImagesExchanged");
    exchange();
    for (const machine of ["web1", "db1"]) {
      await expect(site.engine.moves.commit(id(machine), quiet)).rejects.toMatchObject({
        code: "ActionNotAllowed",
      });
    }
    exchange();
    for (const machine of ["web1", "db1"]) await site.engine.moves.commit(id(machine), quiet);
    exchange();
    for (const [machine, other] of [
      ["web1", "db1"],
      ["db1", "web1"],
    ] as const) {
      expect((await notes(machine)).get("ImagesExchanged")).toMatch(
        new RegExp(`disk os \\(.*${machine}.*\\) is the image of disk os of ${other}`),
      );
      const before = site.hash(site.image(machine));
      await expect(site.engine.moves.failback(id(machine), quiet)).rejects.toMatchObject({
        code: "ActionNotAllowed",
        message: expect.stringContaining(`is the image of disk os of ${other}`) as string,
      });
      expect(site.hash(site.image(machine))).toBe(before);
      expect(site.power(site.replica(machine))).toBe("running");
    }
    exchange();
    for (const machine of ["web1", "db1"]) await site.engine.moves.failback(id(machine), quiet);
  });

  it("are other images when a person restores them from a backup, whatever numbers they get", async () => {
    await make("S3", ["web1", "db1"]);
    for (const machine of ["web1", "db1"]) {
      await failOver(machine);
      await site.engine.moves.commit(id(machine), quiet);
    }
    const images = [site.replica("web1"), site.replica("db1")];
    const contents = images.map((image) => fs.readFileSync(image));
    const numbers = images.map((image) => fs.statSync(image).ino);
    for (const image of images) fs.rmSync(image);
    // File systems give the numbers of removed files again: here each file gets that of the other one.
    const made = images.flatMap((image) => Array.from({ length: 50 }, (_, at) => `${image}.${at}`));
    for (const file of made) fs.writeFileSync(file, "");
    images.forEach((image, at) => {
      const other = made.find((file) => fs.existsSync(file) && fs.statSync(file).ino === numbers[1 - at]);
      if (other !== undefined) fs.renameSync(other, image);
      fs.writeFileSync(image, contents[at]!);
    });
    for (const file of made) fs.rmSync(file, { force: true });
    for (const machine of ["web1", "db1"]) {
      expect([...(await notes(machine)).keys()]).not.toContain("ImagesExchanged");
      await site.engine.moves.failback(id(machine), quiet);
    }
  });
});

describe("a disk that became smaller at the recovery side", () => {
  it("is told before the failback, which says what to do in that state", async () => {
    await make("S3");
    await failOver();
    await site.engine.moves.commit(id(), quiet);
    fs.truncateSync(site.replica(), sizeBytes / 2);
    const mend = /enlarge it to its former size with `truncate -s`/;
    expect((await notes()).get("DiskShrunk")).toMatch(mend);
    const { refusals } = await site.engine.moves.foresee(id(), { action: "failback" });
    expect(refusals.map(({ message }) => message).join("\n")).toMatch(mend);
    const refusal = { message: expect.stringMatching(mend) as string };
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toMatchObject(refusal);
    expect(site.power(site.replica())).toBe("running");
    fs.truncateSync(site.replica(), sizeBytes);
    expect([...(await notes()).keys()]).not.toContain("DiskShrunk");
    await site.engine.moves.failback(id(), quiet);
  });
});

describe("another machine where a failover will make its own", () => {
  it.each(["S1", "S3", "S6"] as const)("is told before the failover is needed, in %s", async (flow) => {
    await make(flow);
    expect([...(await notes()).keys()]).not.toContain("RecoveryPlaceTaken");
    // Where it will be is seen in a drill of it.
    await drill();
    const folder = site.item().details.testMachine!.folder.replace(/-test$/, "");
    await endDrill();
    fs.mkdirSync(folder, { recursive: true });
    for (const name of ["machine.yaml", "os.img"])
      fs.copyFileSync(path.join(path.dirname(site.image()), name), path.join(folder, name));
    expect((await notes()).get("RecoveryPlaceTaken")).toMatch(
      /a failover would be refused: .*[Rr]ename or remove/,
    );
    await expect(failOver()).rejects.toMatchObject({ code: "AlreadyExists" });
    expect(fs.readdirSync(folder)).toHaveLength(2);
    fs.rmSync(folder, { recursive: true });
    expect([...(await notes()).keys()]).not.toContain("RecoveryPlaceTaken");
  });
});
