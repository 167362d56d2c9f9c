/** Images of two machines that took each other's places at the primary side: no cycle makes points of another machine's disk unasked. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

let site: FlowSite;
const machines = ["web1", "db1"];

beforeEach(async () => {
  site = await FlowSite.make({ flow: "S3", machines, content: randomBytes(262_144) });
  for (const machine of machines) {
    fs.writeFileSync(site.image(machine), randomBytes(262_144));
    await site.protect(machine);
  }
});
afterEach(() => site.remove());

const replicate = (machine: string, kind: "delta" | "resync" = "delta"): Promise<unknown> =>
  site.engine.replicate(site.itemId(machine), quiet, kind);
const codes = async (machine: string): Promise<string[]> =>
  (await site.engine.viewItem(site.itemId(machine))).healthNotes.map(({ code }) => code);
const newest = (machine: string): string | undefined => site.item(machine).details.lastCycle?.pointId;

function exchange(endings: readonly string[]): void {
  for (const ending of endings) {
    const [one, other] = machines.map((machine) => `${site.image(machine)}${ending}`) as [string, string];
    fs.renameSync(one, `${one}.aside`);
    fs.renameSync(other, one);
    fs.renameSync(`${one}.aside`, other);
  }
}

async function expectRefused(machine: string, other: string): Promise<void> {
  const point = newest(machine);
  expect(await codes(machine)).toContain("ImagesExchanged");
  const refused = {
    code: "PrerequisitesNotMet",
    message: expect.stringMatching(
      new RegExp(`disk os \\(.*${machine}.*\\) is the image of disk os of ${other}; .*--resync ${machine}`),
    ) as string,
  };
  await expect(replicate(machine)).rejects.toMatchObject(refused);
  const planned = { kind: "planned", recoveryPoint: "latest" } as const;
  const foreseen = await site.engine.moves.foresee(site.itemId(machine), { action: "failover", ...planned });
  expect(foreseen.refusals.join()).toContain(`image of disk os of ${other}`);
  await expect(site.engine.moves.failover(site.itemId(machine), planned, quiet)).rejects.toMatchObject(
    refused,
  );
  expect(newest(machine)).toBe(point);
  expect(site.item(machine).activeLocation).toBe("primary");
}

it.each([
  ["alone", [""]],
  ["with their change logs", ["", ".hrl"]],
] as const)(
  "raises an alert and stops cycles and a planned failover, for images %s, until they are back",
  async (_how, endings) => {
    expect(await codes("web1")).not.toContain("ImagesExchanged");
    exchange(endings);
    await expectRefused("web1", "db1");
    await expectRefused("db1", "web1");
    exchange(endings);
    for (const machine of machines) {
      expect(await codes(machine)).not.toContain("ImagesExchanged");
      await replicate(machine);
    }
  },
);

it("does so for a link to another machine's image as well", async () => {
  fs.rmSync(site.image("web1"));
  fs.linkSync(site.image("db1"), site.image("web1"));
  await expectRefused("web1", "db1");
  expect(await codes("db1")).not.toContain("ImagesExchanged");
});

it("is accepted by a resync that a person asks for, which ends the alert", async () => {
  exchange([""]);
  for (const machine of machines) {
    await replicate(machine, "resync");
    expect(await codes(machine)).not.toContain("ImagesExchanged");
  }
  for (const machine of machines) await replicate(machine);
});

it("is not a copy, nor an image from a backup", async () => {
  fs.copyFileSync(site.image("db1"), `${site.image("web1")}.restored`);
  fs.renameSync(`${site.image("web1")}.restored`, site.image("web1"));
  expect(await codes("web1")).not.toContain("ImagesExchanged");
  await replicate("web1");
});
