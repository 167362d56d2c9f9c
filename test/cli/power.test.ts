/** Power and console by the command line: of a folder that no engine knows, and of a protected item. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bootSectorLine } from "../../provider/qemu/boot-sector.ts";
import { GuestSite, programs } from "../drivers/machines-qemu/guest-site.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { quiet } from "../engine/fixture.ts";
import { describeWith } from "../qemu/installed.ts";
import { type Ended, runHere } from "./in-process.ts";
import { schemaErrors } from "./output-schemas.ts";

describeWith(programs, "power and console of a machine that QEMU runs", () => {
  let guests: GuestSite;
  beforeEach(() => {
    guests = new GuestSite();
  });
  afterEach(() => guests.remove());
  // There is no engine at all.
  const run = (...words: string[]): Promise<Ended> => runHere(path.join(guests.folder, "none"), ...words);

  it("start it, wait for its word, show it, print its console, and shut it down", async () => {
    const web1 = guests.make("web1", { ready: { console: bootSectorLine, withinSeconds: 60 } });
    expect((await run("power", "show", web1)).stdout).toBe(`web1 is off: ${web1}\n`);
    const on = await run("power", "on", web1, "--wait", "--json");
    expect(on.code, on.stderr).toBe(0);
    expect(schemaErrors("power on", JSON.parse(on.stdout))).toEqual([]);
    expect(JSON.parse(on.stdout)).toMatchObject({ power: "running", changed: true, isRunByQemu: true });
    expect((JSON.parse(on.stdout) as { word: string }).word).toContain(bootSectorLine);
    const again = await run("power", "on", web1);
    expect(again.stdout).toBe(`web1 was running already: ${web1}\n`);
    expect((await run("console", web1, "--limit", "1")).stdout).toContain(bootSectorLine);
    const lines = await run("console", web1, "--json");
    expect(schemaErrors("console", JSON.parse(lines.stdout))).toEqual([]);
    expect((await run("power", "off", web1)).stdout).toBe(`web1 is off: ${web1}\n`);
    expect((await run("power", "off", web1)).stdout).toBe(`web1 was off already: ${web1}\n`);
    // It ends, because the machine is off.
    const followed = await run("console", web1, "--follow");
    expect(followed.stdout).toContain(bootSectorLine);
    const asLines = await run("console", web1, "--follow", "--json");
    for (const line of asLines.stdout.trim().split("\n"))
      expect(schemaErrors("console --follow", JSON.parse(line))).toEqual([]);
  });

  it("say in one line what is wrong", async () => {
    const none = await run("power", "show", path.join(guests.folder, "absent"));
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringMatching(/^error: There is no machine in .*\n$/),
    ]);
    const folder = guests.make("db1", { qemu: undefined });
    const console = await run("console", folder);
    expect([console.code, console.stderr]).toEqual([
      1,
      expect.stringContaining("has no console: QEMU does not run it") as string,
    ]);
    expect((await run("power", "show", folder)).stdout).toContain("no guest runs");
  });
});

describe("power of a protected item", () => {
  let site: FlowSite;
  beforeEach(async () => {
    site = await FlowSite.make({ flow: "S3" });
    await site.protect();
  });
  afterEach(() => site.remove());
  const run = (...words: string[]): Promise<Ended> => runHere(site.engine.homeFolder, ...words);

  it("is its machine's at the side that it runs at; the one that was moved away is not started", async () => {
    const source = path.dirname(site.image());
    const show = async (): Promise<unknown> =>
      JSON.parse((await run("power", "show", "web1", "--json")).stdout) as unknown;
    expect(await show()).toMatchObject({ folder: source, power: "running", isRunByQemu: false });
    await site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
    const replica = path.dirname(site.replica());
    expect(await show()).toMatchObject({ folder: replica, power: "running" });
    const refused = await run("power", "on", source);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/was moved to the recovery side, .* siterecovery failback web1\n$/),
    ]);
    expect(site.power(site.image())).toBe("off");
    await site.engine.moves.commit(site.itemId(), quiet);
    await site.engine.moves.failback(site.itemId(), quiet);
    expect(await show()).toMatchObject({ folder: source, power: "running" });
    const back = await run("power", "on", replica);
    expect(back.stderr).toMatch(/was moved to the primary side, .* siterecovery failover web1\n$/);
    expect((await run("power", "off", "web1")).code).toBe(0);
    expect((await run("power", "on", "web1")).stdout).toContain("web1 is running");
  });

  it("is not given to a machine whose disks a move back has not made whole", async () => {
    const source = path.dirname(site.image());
    const file = path.join(source, "machine-id");
    const mark = JSON.parse(fs.readFileSync(file, "utf8")) as object;
    const lastMove = { engineId: "e", itemId: "i", jobId: "j", to: "primary", isUnfinished: true };
    fs.writeFileSync(file, JSON.stringify({ ...mark, lastMove }));
    await run("power", "off", source);
    const refused = await run("power", "on", source);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("are not whole") as string]);
  });
});
