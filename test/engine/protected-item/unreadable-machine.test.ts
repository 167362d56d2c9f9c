/** A machine that is in its place and cannot be read is shown by every view before a cycle meets it. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../provider/clock.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { FlowSite } from "../flow-site.ts";
import { quiet } from "../fixture.ts";

let site: FlowSite;

beforeEach(async () => {
  // Midnight: no resync waits for the end of office hours.
  site = await FlowSite.make({ flow: "S3", content: randomBytes(4 * 65_536), clock: new VirtualClock() });
  await site.protect();
});
afterEach(() => site.remove());

const definition = (): string => path.join(path.dirname(site.image()), "machine.yaml");

/** What a view is to say after each accident. */
const accidents: Record<string, { happens: () => void; says: RegExp }> = {
  "machine.yaml is not YAML": {
    happens: () => fs.appendFileSync(definition(), "  : bad: ["),
    says: /machine\.yaml/,
  },
  "machine.yaml lacks a required key": {
    happens: () => fs.writeFileSync(definition(), "name: web1\n"),
    says: /machine\.yaml/,
  },
  "machine.yaml is a folder": {
    happens: () => {
      fs.rmSync(definition());
      fs.mkdirSync(definition());
    },
    says: /machine\.yaml/,
  },
  "machine.yaml is empty": { happens: () => fs.writeFileSync(definition(), ""), says: /machine\.yaml/ },
  "the image is gone": { happens: () => fs.rmSync(site.image()), says: /os\.img/ },
  "the image is a folder": {
    happens: () => {
      fs.rmSync(site.image());
      fs.mkdirSync(site.image());
    },
    says: /os\.img/,
  },
  "the image is a link to nothing": {
    happens: () => {
      fs.rmSync(site.image());
      fs.symlinkSync("/no/such/image", site.image());
    },
    says: /os\.img/,
  },
};

describe.each(Object.entries(accidents))("%s", (_name, { happens, says }) => {
  it("is in the health, in the preview, and in the error of a cycle", async () => {
    happens();
    const { healthNotes } = await site.engine.viewItem(site.itemId());
    expect(healthNotes).toHaveLength(1);
    expect(healthNotes[0]).toMatchObject({ severity: "Critical", code: "MachineUnreadable" });
    expect(healthNotes[0]!.text).toMatch(says);
    const inputs = site.inputs();
    const { notices } = await handlerOf("protected-item", site.engine).diff(site.itemId(), inputs, inputs);
    expect(notices.map(({ text }) => text).join("\n")).toMatch(says);
    await expect(site.engine.replicate(site.itemId(), quiet)).rejects.toThrow(says);
  });
});

describe.each([
  ["emptied", 0],
  ["cut short", 65_536],
])("a disk that was %s", (_name, sizeBytes) => {
  const says = /disk os has .* now and had 256 KiB.*`siterecovery replicate --resync web1`/;

  it("makes no recovery point, and its machine is not shut down, before a person accepts it", async () => {
    const points = await site.engine.recoveryPoints(site.itemId());
    fs.truncateSync(site.image(), sizeBytes);
    const { healthNotes } = await site.engine.viewItem(site.itemId());
    expect(healthNotes).toMatchObject([{ severity: "Critical", code: "DiskShrunk" }]);
    expect(healthNotes[0]!.text).toMatch(says);
    await expect(site.engine.replicate(site.itemId(), quiet)).rejects.toThrow(says);
    const planned = { action: "failover", kind: "planned", recoveryPoint: "latest" } as const;
    const { refusals } = await site.engine.moves.foresee(site.itemId(), planned);
    expect(refusals.map(({ message }) => message)).toEqual([expect.stringMatching(says)]);
    await expect(
      site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet),
    ).rejects.toThrow(says);
    expect(site.power(site.image())).toBe("running");
    expect(await site.engine.recoveryPoints(site.itemId())).toEqual(points);
    const [event] = site.engine.events({ limit: 5 }).filter(({ code }) => code === "ReplicationFailed");
    expect(event?.description).toMatch(/^web1 was not replicated: disk os has/);

    await site.engine.replicate(site.itemId(), quiet, "resync");
    const newest = (await site.engine.recoveryPoints(site.itemId())).at(-1)!;
    expect(newest.disks[0]!.sizeBytes).toBe(sizeBytes);
    expect((await site.engine.viewItem(site.itemId())).healthNotes).toEqual([]);
  });
});
