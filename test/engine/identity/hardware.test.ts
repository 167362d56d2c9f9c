/** Hardware that changes in machine.yaml after protection began is shown, and taken over by the next cycle. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { stringify } from "yaml";
import { VirtualClock } from "../../../provider/clock.ts";
import { folderMachines } from "../../../provider/machines/folder-machines.ts";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { machineDefinition } from "../../machine-definition.ts";
import { FlowSite } from "../flow-site.ts";
import { quiet } from "../fixture.ts";

const block = 65_536;
let site: FlowSite;

beforeEach(async () => {
  // Midnight where the tests run: no resync waits for the end of office hours.
  const clock = new VirtualClock(new Date(2026, 0, 1).getTime());
  site = await FlowSite.make({ flow: "S3", content: randomBytes(6 * block), clock });
  await site.protect();
});
afterEach(() => site.remove());

const folder = (): string => path.dirname(site.image());
const replicate = (): ReturnType<FlowSite["engine"]["replicate"]> =>
  site.engine.replicate(site.itemId(), quiet);
const failOver = (kind: "planned" | "unplanned", recoveryPoint = "latest"): Promise<void> =>
  site.engine.moves.failover(site.itemId(), { kind, recoveryPoint }, quiet);

function define(disks: readonly string[], change: object = {}): void {
  for (const id of disks) {
    const image = path.join(folder(), `${id}.img`);
    if (!fs.existsSync(image)) fs.writeFileSync(image, randomBytes(3 * block));
  }
  fs.writeFileSync(
    path.join(folder(), "machine.yaml"),
    stringify(machineDefinition("web1", [...disks], change)),
  );
}

async function seen(): Promise<string[]> {
  const { healthNotes } = await site.engine.viewItem(site.itemId());
  const { notices } = await handlerOf("protected-item", site.engine).diff(
    site.itemId(),
    site.inputs(),
    site.inputs(),
  );
  expect(healthNotes.map(({ code }) => code)).not.toContain("MachineUnreadable");
  const texts = healthNotes.flatMap(({ code, text }) => (code === "HardwareChanged" ? [text] : []));
  expect(notices.map(({ text }) => text)).toEqual(
    expect.arrayContaining(texts.map((text) => `web1: ${text}`)),
  );
  return texts;
}

const today = async (): Promise<ReturnType<ReturnType<typeof folderMachines>["read"]>> =>
  folderMachines(localFileSystem).read(path.dirname(site.replica()));

async function expectEqualDisks(ids: readonly string[]): Promise<void> {
  expect((await today()).disks.map(({ id }) => id)).toEqual(ids);
  for (const { file } of (await today()).disks) {
    expect(site.hash(path.join(path.dirname(site.replica()), file))).toBe(
      site.hash(path.join(folder(), file)),
    );
  }
}

it("CPUs, memory and network cards", async () => {
  expect(await seen()).toEqual([]);
  define(["os"], { cpus: 7, memoryMiB: 5120, nics: [{ name: "eth9", network: "production" }] });
  expect(await seen()).toEqual([
    expect.stringMatching(/takes over: CPUs \d+ → 7; memory in MiB \d+ → 5120; network cards$/),
  ]);
  expect((await replicate())?.resyncReason).toBeUndefined();
  expect(await seen()).toEqual([]);
  await failOver("unplanned");
  expect(await today()).toMatchObject({ cpus: 7, memoryMiB: 5120, nics: [{ name: "eth9" }] });
});

it("a disk that was added is replicated by the next cycle", async () => {
  define(["os", "data"]);
  expect(await seen()).toEqual([expect.stringContaining("disk data was added")]);
  expect((await replicate())?.resyncReason).toBe("disk data was added");
  expect(await seen()).toEqual([]);
  expect((await replicate())?.resyncReason).toBeUndefined();
  await failOver("unplanned");
  await expectEqualDisks(["os", "data"]);
});

it("a planned failover takes a disk along that no cycle has met yet", async () => {
  define(["os", "data"]);
  await failOver("planned");
  await expectEqualDisks(["os", "data"]);
});

it("a disk that was removed is left out, and is still in the points that have it", async () => {
  define(["os", "data"]);
  await replicate();
  const data = site.hash(path.join(folder(), "data.img"));
  const points = await site.engine.recoveryPoints(site.itemId());
  const [first, both] = [points.at(0), points.at(-1)];
  define(["os"]);
  expect(await seen()).toEqual([expect.stringContaining("disk data was removed")]);
  await replicate();
  await failOver("unplanned");
  await expectEqualDisks(["os"]);
  await site.engine.moves.changePoint(site.itemId(), both!.id, quiet);
  expect((await today()).disks.map(({ id }) => id)).toEqual(["os", "data"]);
  expect(site.hash(path.join(path.dirname(site.replica()), "data.img"))).toBe(data);
  await site.engine.moves.changePoint(site.itemId(), first!.id, quiet);
  expect((await today()).disks.map(({ id }) => id)).toEqual(["os"]);
  await site.engine.moves.cancel(site.itemId(), quiet);
  await replicate();
  expect(site.item().details.disks.map(({ id }) => id)).toEqual(["os"]);
});

it("a disk that has grown has its size of today after the next cycle", async () => {
  fs.truncateSync(site.image(), 9 * block);
  expect(await seen()).toEqual([expect.stringContaining("disk os has another size")]);
  await replicate();
  expect(site.item().details.disks).toMatchObject([{ id: "os", sizeBytes: 9 * block }]);
  await failOver("planned");
  await expectEqualDisks(["os"]);
});

it("an image that was renamed, with its log or without, is gone on with under its new name", async () => {
  for (const [from, to, withLog] of [
    ["os.img", "system.img", true],
    ["system.img", "boot.img", false],
  ] as const) {
    fs.renameSync(path.join(folder(), from), path.join(folder(), to));
    const log = path.join(folder(), `${from}.hrl`);
    if (withLog) fs.renameSync(log, path.join(folder(), `${to}.hrl`));
    const definition = machineDefinition("web1", ["os"]) as { disks: { file: string }[] };
    definition.disks[0]!.file = to;
    fs.writeFileSync(path.join(folder(), "machine.yaml"), stringify(definition));
    expect((await seen()).join()).toContain(`disk os is ${to}, was ${from}`);
    await replicate();
    expect(await seen()).toEqual([]);
  }
  await failOver("planned");
  await expectEqualDisks(["os"]);
});

it("a disk that was added and is not included is named until it is", async () => {
  site.remove();
  site = await FlowSite.make({ flow: "S3", content: randomBytes(6 * block), clock: new VirtualClock() });
  const { properties, ...rest } = site.inputs();
  const settings = { ...properties!.providerSpecificDetails!, disksToInclude: ["os"] };
  const inputs = { ...rest, properties: { ...properties, providerSpecificDetails: settings } };
  await handlerOf("protected-item", site.engine).create(inputs as ReturnType<FlowSite["inputs"]>, quiet);
  define(["os", "data"]);
  await replicate();
  const { healthNotes } = await site.engine.viewItem(site.itemId());
  expect(healthNotes.map(({ text }) => text)).toEqual([
    "disk data was added and is not protected: name it in disksToInclude, or a failover leaves it out",
  ]);
});
