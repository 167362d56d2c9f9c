/** A disk that a person gives to a machine at the recovery side is told, and no move takes it away. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { FlowId } from "../../../provider/model/flows.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

let site: FlowSite;
afterEach(() => site.remove());

const refusal = {
  code: "ActionNotAllowed",
  message: expect.stringMatching(
    /nothing replicates: extra .*extra\.img.*take them out of machine\.yaml/s,
  ) as string,
};

const id = (): string => site.itemId();
const codes = async (): Promise<string[]> =>
  (await site.engine.viewItem(id())).healthNotes.map(({ code }) => code);

async function failedOver(flow: FlowId): Promise<void> {
  site = await FlowSite.make({ flow, content: randomBytes(262_144) });
  await site.protect();
  await site.engine.moves.failover(id(), { kind: "unplanned", recoveryPoint: "latest" }, quiet);
}

const machineFile = (): string => path.join(path.dirname(site.replica()), "machine.yaml");

/** Adds the disk, and returns what takes it out of the machine's definition again. */
function addDisk(): () => void {
  const before = fs.readFileSync(machineFile(), "utf8");
  const machine = parse(before) as { disks: object[] };
  fs.writeFileSync(path.join(path.dirname(machineFile()), "extra.img"), "nowhere else");
  const disks = [...machine.disks, { id: "extra", file: "extra.img", role: "data" }];
  fs.writeFileSync(machineFile(), stringify({ ...machine, disks }));
  return () => fs.writeFileSync(machineFile(), before);
}

async function expectKept(move: () => Promise<unknown>): Promise<void> {
  await expect(move()).rejects.toMatchObject(refusal);
  expect(fs.readFileSync(path.join(path.dirname(machineFile()), "extra.img"), "utf8")).toBe("nowhere else");
  expect(site.power(site.replica())).toBe("running");
  expect(await codes()).toContain("DiskNotReplicated");
}

describe.each(["S1", "S3", "S6"] as const)("a disk that was added at the recovery side in %s", (flow) => {
  it("stops a failback, which is done once it is taken out", async () => {
    await failedOver(flow);
    const { moves } = site.engine;
    await moves.commit(id(), quiet);
    if (flow !== "S3") await moves.reverseReplicate(id(), quiet);
    expect(await codes()).not.toContain("DiskNotReplicated");
    const takeOut = addDisk();
    // Where a machine replicates back, its way back is a failover.
    const move =
      flow === "S3"
        ? ({ action: "failback" } as const)
        : ({ action: "failover", kind: "unplanned", recoveryPoint: "latest" } as const);
    const { refusals } = await moves.foresee(id(), move);
    expect(refusals).toContainEqual(expect.objectContaining(refusal));
    await expectKept(() => moves.run(id(), move, quiet));
    takeOut();
    await moves.run(id(), move, quiet);
    expect(site.power(site.image())).toBe("running");
  });

  it("stops another recovery point, and a cancellation where there is one", async () => {
    await failedOver(flow);
    addDisk();
    const { moves } = site.engine;
    await expectKept(() => moves.changePoint(id(), "latest", quiet));
    const { allowedOperations } = await site.engine.viewItem(id());
    if (allowedOperations.includes("CancelFailover")) await expectKept(() => moves.cancel(id(), quiet));
  });
});
