import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { quiet, Site } from "../engine/fixture.ts";
import { type Ended, runProgram } from "./run-program.ts";

let site: Site;
let home: string;

beforeEach(async () => {
  site = await Site.make({ content: randomBytes(512 * 1024) });
  home = path.join(site.folder, "home");
  await site.protect();
});

afterEach(() => site.remove());

interface Report {
  readonly target: string;
  readonly recoveryPoints: number;
  readonly soundRecoveryPoints: number;
  readonly damaged: readonly {
    readonly object: string;
    readonly machine: string | null;
    readonly recoveryPoints: readonly { readonly id: string; readonly time: string | null }[];
  }[];
  readonly machinesToResync: readonly string[];
  readonly error?: { readonly code: string };
}

async function verify(): Promise<{ ended: Ended; report: Report }> {
  const ended = await runProgram(home, "verify", "--json");
  return { ended, report: (JSON.parse(ended.stdout) as Report[])[0]! };
}

function stored(ending: string): string[] {
  const folder = path.join(home, "storage", "replicas");
  return (fs.readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(folder, name));
}

function flip(file: string, position: number): void {
  const bytes = fs.readFileSync(file);
  bytes[position]! ^= 4;
  fs.writeFileSync(file, bytes);
}

async function pointIds(): Promise<string[]> {
  return (await site.engine.recoveryPoints(site.itemId)).map((point) => point.id);
}

async function changeBlock(seed: number): Promise<void> {
  const disk = await openTrackedDisk(site.image);
  await disk.write(Buffer.alloc(65_536, seed), 65_536);
  await disk.close();
}

async function exported(pointId: string): Promise<Ended & { bytes: Buffer | undefined }> {
  const to = path.join(site.folder, `${pointId}.img`);
  const ended = await runProgram(home, "export", "web1", "--recovery-point", pointId, "--to", to);
  return { ...ended, bytes: fs.existsSync(to) ? fs.readFileSync(to) : undefined };
}

describe("siterecovery verify", () => {
  it("tells that all is sound, with what it read, and exits with 0", async () => {
    const ended = await runProgram(home, "verify");
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/TARGET +OBJECTS +READ +TOOK +POINTS +SOUND +DAMAGED OBJECTS/);
    expect(ended.stdout).toMatch(/replicas +\d+ +\d+ KiB +[\d.]+ s +2 +2 +none/);
    expect(ended.stderr).toMatch(/replicas: 100 % of \d+ KiB read/);
  });

  it("finds a flipped bit, names whom it hurts; a resync heals what comes after it", async () => {
    const before = await pointIds();
    flip(stored(".segment")[0]!, 5000);
    const { ended, report } = await verify();
    expect(ended.code).toBe(1);
    expect(report).toMatchObject({ recoveryPoints: before.length, soundRecoveryPoints: 0 });
    expect(report.damaged).toMatchObject([
      { object: stored(".segment")[0], machine: "web1", recoveryPoints: before.map((id) => ({ id })) },
    ]);
    const told = await runProgram(home, "verify");
    expect(told.stdout).toContain(`web1: recovery point ${before[0]} (`);
    expect(told.stdout).toContain("siterecovery replicate web1 --resync");
    expect((await runProgram(home, "status")).stdout).toContain("run `siterecovery verify`");

    expect(report.machinesToResync).toEqual(["web1"]);
    expect((await runProgram(home, "replicate", "web1", "--resync")).code).toBe(0);
    const healed = (await pointIds()).at(-1)!;
    await changeBlock(7);
    expect((await runProgram(home, "replicate", "web1")).code).toBe(0);
    const after = await verify();
    expect(after.ended.code).toBe(1);
    expect(after.report.machinesToResync).toEqual([]);
    expect(after.report).toMatchObject({ recoveryPoints: before.length + 2, soundRecoveryPoints: 2 });
    expect(after.report.damaged.flatMap((each) => each.recoveryPoints.map(({ id }) => id))).toEqual(before);
    expect((await exported(before[0]!)).code).toBe(1);
    expect((await exported(healed)).code).toBe(0);
    expect((await exported("latest")).bytes?.equals(fs.readFileSync(site.image))).toBe(true);
  });

  it.each([".segment", ".map", ".point", "machine.sealed", "roster.sealed"])(
    "a %s that is gone is named, and a resync goes on with what is there",
    async (ending) => {
      await changeBlock(1);
      await site.engine.replicate(site.itemId, quiet);
      await changeBlock(2);
      await site.engine.replicate(site.itemId, quiet);
      const file = stored(ending).at(-1)!;
      fs.rmSync(file);
      const { ended, report } = await verify();
      expect(ended.code).toBe(1);
      expect(report.damaged.map((each) => each.object)).toEqual([file]);
      const resync = await runProgram(home, "replicate", "web1", "--resync");
      expect(resync).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/error/) as string });
      const last = await exported("latest");
      expect(last.stderr).not.toMatch(/error/);
      expect(last.bytes?.equals(fs.readFileSync(site.image))).toBe(true);
      const hurt = (await verify()).report.damaged.flatMap((each) => each.recoveryPoints.map(({ id }) => id));
      const status = JSON.parse((await runProgram(home, "status", "--json")).stdout) as {
        items: { lastRecoveryPoint: { id: string } }[];
      };
      expect(hurt).not.toContain(status.items[0]!.lastRecoveryPoint.id);
    },
  );

  it("a damaged newest point is not passed over in silence, and an older one can be named", async () => {
    const newest = (await pointIds()).at(-1)!;
    await changeBlock(1);
    await site.engine.replicate(site.itemId, quiet);
    flip(stored(".point").sort().at(-1)!, 100);
    const latest = await exported("latest");
    expect(latest).toMatchObject({ code: 1, bytes: undefined });
    expect(latest.stderr).toContain(`The newest one that can be read is ${newest}; name it to use it.`);
    expect((await exported(newest)).code).toBe(0);
    const listed = await runProgram(home, "recovery-points", "web1");
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining(newest) as string });
    expect(listed.stderr).toMatch(/warning: web1: .* is damaged/);
  });

  it("a damaged store.key is damage; a wrong key keeps it from being verified", async () => {
    const keyFile = path.join(home, "keys", "replicas.key");
    const key = fs.readFileSync(keyFile);
    fs.writeFileSync(keyFile, randomBytes(32).toString("hex"));
    const wrong = await verify();
    expect(wrong.ended.code).toBe(3);
    expect(wrong.report.error?.code).toBe("WrongKey");
    fs.writeFileSync(keyFile, key);
    flip(path.join(home, "storage", "replicas", "store.key"), 20);
    const damaged = await verify();
    expect(damaged.ended.code).toBe(1);
    expect(damaged.report.damaged[0]!.object).toBe(path.join(home, "storage", "replicas", "store.key"));
  });

  it("exits with 1 and says what there is when a name is wrong or there is no engine", async () => {
    const unknown = await runProgram(home, "verify", "--target", "replica");
    expect(unknown).toMatchObject({ code: 1, stdout: "" });
    expect(unknown.stderr).toContain(
      'No target named "replica" keeps replicas; did you mean "replicas"? There are: replicas.',
    );
    const nowhere = await runProgram(path.join(site.folder, "none"), "verify");
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr).toMatch(/There is no engine in/);
  });
});
