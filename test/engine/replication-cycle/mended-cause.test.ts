/** A cycle that failed for a cause which time does not heal is tried again once the cause is gone, and not before. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../provider/clock.ts";
import { openEngine } from "../../../provider/engine/engine.ts";
import { failureAfter } from "../../../provider/engine/replication-cycle/retry-schedule.ts";
import { SiteRecoveryError } from "../../../provider/errors.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

const minute = 60_000;
const lookAgainMinutes = 0.25;
const start = Date.UTC(2026, 0, 1);
const tooLate = start + 120 * minute;
let site: FlowSite;
let clock: ScheduleClock;

/** Time stands still while a cycle is at work: what is measured is the schedule. */
class ScheduleClock extends VirtualClock {
  areAtWork = 0;
  onTime: (() => void) | undefined;
  onLate: (() => void) | undefined;

  override async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    while (this.areAtWork > 0) await new Promise((resolve) => setImmediate(resolve));
    await super.sleep(milliseconds, signal);
    this.onTime?.();
    if (this.now() > tooLate) this.onLate?.();
  }
}

const home = (): string => path.join(site.folder, "home");

interface Cause {
  readonly code: string;
  /** The file that the cause is in; it is emptied, or taken away. */
  file(): string;
  readonly content: string | undefined;
  /** A process that has the replicas open does not ask for their key again. */
  readonly isRestarted: boolean;
}

const fileBelow = (folder: string, name: string): string => {
  const found = fs.readdirSync(folder, { recursive: true }).map(String);
  return path.join(
    folder,
    found.find((one) => path.basename(one) === name)!,
  );
};

const causes: Record<string, Cause> = {
  "a broken machine.yaml": {
    code: "InvalidInput",
    file: () => path.join(path.dirname(site.image()), "machine.yaml"),
    content: "name: [web1",
    isRestarted: false,
  },
  "a lost key": {
    code: "WrongKey",
    file: () => path.join(home(), "keys", "replicas.key"),
    content: undefined,
    isRestarted: true,
  },
  "another key": {
    code: "WrongKey",
    file: () => path.join(home(), "keys", "replicas.key"),
    content: "0".repeat(64),
    isRestarted: true,
  },
  "a damaged key file of the replicas": {
    code: "Damaged",
    file: () => fileBelow(path.join(home(), "storage"), "store.key"),
    content: "damaged",
    isRestarted: true,
  },
};

async function make(): Promise<void> {
  clock = new ScheduleClock(start);
  site = await FlowSite.make({ flow: "S3", clock, content: randomBytes(131_072) });
  await site.protect();
}

/** Follows until a cycle has worked; returns the minutes from now at which cycles ended, and how. */
async function followUntilDone(): Promise<[minutes: number, end: string][]> {
  const stop = new AbortController();
  const ends: [number, string][] = [];
  const begun = clock.now();
  const run = async (): Promise<void> => {
    clock.areAtWork += 1;
    const end = await site.engine.replicate(site.itemId(), quiet).then(
      () => "done",
      (error: unknown) => (error as SiteRecoveryError).code,
    );
    ends.push([(clock.now() - begun) / minute, end]);
    clock.areAtWork -= 1;
    if (end === "done") stop.abort();
  };
  const following = site.engine.follow(run, { signal: stop.signal });
  clock.onLate = () => stop.abort();
  await following;
  return ends;
}

describe("a cause that time does not heal", () => {
  afterEach(() => site.remove());

  it.each(Object.entries(causes))("[HW-4e] %s stops cycles until it is mended", async (_what, cause) => {
    await make();
    const file = cause.file();
    const good = fs.readFileSync(file);
    if (cause.content === undefined) fs.rmSync(file);
    else fs.writeFileSync(file, cause.content);
    if (cause.isRestarted) {
      site.engine.close();
      site.useEngine(await openEngine({ home: home(), clock }));
    }
    await expect(site.engine.replicate(site.itemId(), quiet)).rejects.toMatchObject({ code: cause.code });
    expect(site.item().details.replicationError).toMatchObject({ code: cause.code, attempt: 1 });
    const mendAt = clock.now() + 60 * minute;
    clock.onTime = () => {
      if (clock.now() < mendAt) return;
      fs.writeFileSync(file, good);
      clock.onTime = undefined;
    };
    const ends = await followUntilDone();
    expect(ends).toEqual([[expect.any(Number), "done"]]);
    expect(ends[0]![0]).toBeGreaterThanOrEqual(60);
    expect(ends[0]![0]).toBeLessThanOrEqual(60 + lookAgainMinutes);
  });
});

it("[HW-4f] a device that fails once is tried again after a minute, and damage is not", () => {
  const failed = (code: "IoFailed" | "Damaged"): number | undefined =>
    failureAfter(undefined, new SiteRecoveryError(code, "It failed."), 1000, "as it was").retryAt;
  expect([failed("IoFailed"), failed("Damaged")]).toEqual([1000 + minute, undefined]);
});
