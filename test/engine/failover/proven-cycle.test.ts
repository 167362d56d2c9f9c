/** A planned move compares whole disks before it says that nothing is lost. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { headerBytes } from "../../../provider/disks/change-log-format.ts";
import { encodeImageState, placeBytes } from "../../../provider/disks/image-state.ts";
import { readChangeState } from "../../../provider/disks/read-change-state.ts";
import type { VerifyChoice } from "../../../provider/kinds/protected-item.ts";
import type { FlowId } from "../../../provider/model/flows.ts";
import { FlowSite } from "../flow-site.ts";

const block = 65_536;
const promise = /nothing is lost/;
let site: FlowSite;
let lines: string[] = [];
const progress = { report: (line: string): void => void lines.push(line) };
afterEach(() => site.remove());

async function make(flow: FlowId, verify?: VerifyChoice): Promise<void> {
  site = await FlowSite.make({ flow, content: randomBytes(20 * block) });
  await site.protect("web1", verify === undefined ? {} : { failover: { verify } });
  lines = [];
}

/** Writes as a program that hides it: the change log is made to agree with the image. */
function writeHidden(image: string): void {
  const file = fs.openSync(image, "r+");
  fs.writeSync(file, randomBytes(100), 0, 100, 3 * block);
  fs.closeSync(file);
  const log = `${image}.hrl`;
  const seed = fs.readFileSync(log).readUInt32LE(60);
  const state = { count: 1_000_000n, isWriting: false, facts: localFileSystem.facts(image) };
  const opened = fs.openSync(log, "r+");
  fs.writeSync(opened, encodeImageState(state, seed), 0, placeBytes, headerBytes);
  fs.closeSync(opened);
  expect(readChangeState(image)).toMatchObject({ pendingBlocks: 0, resyncReasons: [] });
}

const failOver = (report = progress): Promise<void> =>
  site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, report);
const codes = (): string[] =>
  site.engine.events({ targetId: site.itemId(), limit: 20 }).map(({ code }) => code);
const points = async (): Promise<number> => (await site.engine.recoveryPoints(site.itemId())).length;

describe("a planned failover", () => {
  it("says that nothing is lost after it has compared the disks, which costs no recovery point", async () => {
    await make("S3");
    const before = await points();
    await failOver();
    expect(await points()).toBe(before + 1);
    expect(lines.filter((line) => promise.test(line))).toHaveLength(1);
    expect(codes()).not.toContain("DisksDiffered");
  });

  it("finds and sends what no change log knows of", async () => {
    await make("S3");
    writeHidden(site.image());
    await failOver();
    expect(site.hash(site.replica())).toBe(site.hash(site.image()));
    expect(codes()).toContain("DisksDiffered");
    expect(lines.join("\n")).toMatch(/1 blocks differed[^]*nothing is lost/);
  });

  it("compares nothing and promises nothing where it is told so", async () => {
    await make("S3", "never");
    writeHidden(site.image());
    await failOver();
    expect(site.hash(site.replica())).not.toBe(site.hash(site.image()));
    expect(lines.join("\n")).not.toMatch(promise);
    expect(lines.join("\n")).toContain("not compared");
  });

  it("starts the source again when its disks change although it is off", async () => {
    await make("S3", "always");
    const image = site.image();
    const report = (line: string): void => {
      lines.push(line);
      if (/resync|differed/.test(line)) writeHidden(image);
    };
    writeHidden(image);
    await expect(failOver({ report })).rejects.toMatchObject({
      message: expect.stringMatching(/^The disks of web1 change although it is off: .*os\.img/) as string,
    });
    expect(lines.join("\n")).not.toMatch(promise);
    expect([site.item().state, site.power(image)]).toEqual(["Protected", "running"]);
    expect(site.item().details.recoveryMachine).toBeUndefined();
  });
});

describe.each(["S3", "S6"] as const)("the way back of flow %s", (flow) => {
  it("finds and sends what no change log knows of", async () => {
    await make(flow);
    await failOver();
    await site.engine.moves.commit(site.itemId(), progress);
    const replica = site.replica();
    writeHidden(replica);
    const written = site.hash(replica);
    lines = [];
    if (flow === "S3") await site.engine.moves.failback(site.itemId(), progress);
    else await failOver();
    expect(site.hash(path.join(path.dirname(site.image()), "os.img"))).toBe(written);
    expect(codes()).toContain("DisksDiffered");
    expect(lines.join("\n")).toMatch(promise);
  });
});
