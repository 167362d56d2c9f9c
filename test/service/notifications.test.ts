/** Who is told of what, and how often: each thing once, whoever looks and whatever dies. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Alert, type Engine, openEngine, type Routing } from "../../provider/engine/engine.ts";
import { deliverUntil } from "../../provider/service/deliver.ts";
import { Metrics } from "../../provider/service/metrics.ts";
import { ChannelError } from "../../provider/service/notify/channel.ts";
import { routingOf } from "../../provider/service/notify/routing.ts";
import type { ChannelSettings } from "../../provider/service/settings.ts";
import type { Notification } from "../../provider/model/notification.ts";
import { noLog } from "../../provider/log.ts";
import { systemClock } from "../../provider/clock.ts";
import { quiet, Site } from "../engine/fixture.ts";
import { TurningClock } from "../turning-clock.ts";

const midnight = Date.parse("2026-11-30T00:00:00Z");
const hour = 3_600_000;
const alert: Alert = {
  targetId: "/x/web1",
  severity: "Warning",
  code: "RpoExceeded",
  text: "its data is 20 min old",
};
const critical: Alert = { ...alert, severity: "Critical" };

let home: string;
let clock: TurningClock;
let engine: Engine;
beforeEach(async () => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-told-"));
  clock = new TurningClock(midnight + 12 * hour);
  engine = await openEngine({ home, clock });
});
afterEach(() => {
  engine.close();
  fs.rmSync(home, { recursive: true });
});

const quietHours = {
  days: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
  from: "22:00",
  to: "06:00",
  timeZone: "UTC",
} as const;

function routing(...channels: Partial<ChannelSettings>[]): Routing {
  const all = channels.length === 0 ? [{}] : channels;
  const named = all.map((channel, index) => ({ name: `c${index}`, command: ["true"], ...channel }));
  return routingOf({ channels: named, quietHours }, clock);
}

/** What is queued, oldest first: channel and subject. */
function queued(of: Engine = engine): string[] {
  return of.notifications
    .list(100)
    .toReversed()
    .filter(({ endedAt }) => endedAt === undefined)
    .map(({ channel, notification }) => `${channel} ${notification.subject}`);
}

describe("an alert", () => {
  it("is told once while it lasts, though its words change, and once when it is over", () => {
    engine.notifications.noteAlerts([alert], routing());
    engine.notifications.noteAlerts([{ ...alert, text: "its data is 21 min old" }], routing());
    expect(queued()).toEqual(["c0 Warning: web1: RpoExceeded"]);
    engine.notifications.take(10);
    engine.notifications.noteAlerts([], routing());
    engine.notifications.noteAlerts([], routing());
    expect(queued()).toEqual(["c0 Warning: web1: RpoExceeded", "c0 Over: web1: RpoExceeded"]);
    expect(engine.notifications.list(1)[0]!.notification.text).toContain("21 min old");
    engine.notifications.noteAlerts([alert], routing());
    expect(queued()).toHaveLength(3);
  });

  it("is told again when it becomes critical, and not when it is less so", () => {
    engine.notifications.noteAlerts([alert], routing());
    engine.notifications.noteAlerts([critical], routing());
    engine.notifications.noteAlerts([alert], routing());
    expect(queued()).toEqual(["c0 Warning: web1: RpoExceeded", "c0 Critical: web1: RpoExceeded"]);
  });

  it("is one with another of the same word, and has the texts of both", () => {
    engine.notifications.noteAlerts([alert, { ...critical, text: "and old" }], routing());
    expect(queued()).toEqual(["c0 Critical: web1: RpoExceeded"]);
    expect(engine.notifications.list(1)[0]!.notification.text).toBe("web1: its data is 20 min old; and old");
  });

  it("is told once by two services of one home, and by one that comes after a crash", async () => {
    const other = await openEngine({ home, clock });
    engine.notifications.noteAlerts([alert], routing());
    other.notifications.noteAlerts([alert], routing());
    expect(queued()).toHaveLength(1);
    expect([engine.notifications.take(10).length, other.notifications.take(10).length]).toEqual([1, 0]);
    // The one that took it has died: after a while another one sends it.
    other.close();
    clock.jump(121_000);
    const [again] = engine.notifications.take(10);
    expect([again?.attempts, again?.notification.subject]).toEqual([2, "Warning: web1: RpoExceeded"]);
  });

  it("goes where it is wanted, and so does its end", () => {
    const channels = routing(
      {},
      { onlyCritical: true },
      { reasons: ["DrillEnded"] },
      { reasons: ["AlertCleared"] },
    );
    engine.notifications.noteAlerts([alert], channels);
    expect(queued()).toEqual(["c0 Warning: web1: RpoExceeded"]);
    engine.notifications.take(10);
    engine.notifications.noteAlerts([critical], channels);
    engine.notifications.take(10);
    engine.notifications.noteAlerts([], channels);
    expect(queued().slice(1)).toEqual([
      "c0 Critical: web1: RpoExceeded",
      "c1 Critical: web1: RpoExceeded",
      "c0 Over: web1: RpoExceeded",
      "c1 Over: web1: RpoExceeded",
      "c3 Over: web1: RpoExceeded",
    ]);
  });

  it("waits for the end of quiet hours unless it is critical, and is not told if it is over then", () => {
    clock.jump(11 * hour);
    engine.notifications.noteAlerts([alert, { ...critical, code: "Gone" }], routing());
    expect(engine.notifications.take(10).map(({ notification }) => notification.code)).toEqual(["Gone"]);
    engine.notifications.noteAlerts([], routing());
    expect(queued()).toEqual(["c0 Critical: web1: Gone", "c0 Over: web1: Gone"]);
    engine.notifications.noteAlerts([alert], routing());
    clock.jump(7 * hour);
    expect(engine.notifications.take(10).map(({ notification }) => notification.subject)).toContain(
      "Warning: web1: RpoExceeded",
    );
  });
});

describe("moves and drills", () => {
  it("are told from the first look on, each once", async () => {
    const site = await Site.make({ clock });
    try {
      await site.protect();
      const { notifications, moves } = site.engine;
      notifications.noteEvents(routing());
      expect(queued(site.engine)).toEqual([]);
      await moves.failover(site.itemId, { kind: "planned", recoveryPoint: "latest" }, quiet);
      notifications.noteEvents(routing());
      notifications.noteEvents(routing());
      expect(queued(site.engine)).toEqual(["c0 web1: PlannedFailover succeeded"]);
    } finally {
      site.remove();
    }
  });
});

describe("a summary", () => {
  const summary = { severity: "OK", subject: "1 machine", text: "" } as const;

  it("is told once a day, and when a service begins after the one that was missed", () => {
    engine.notifications.noteSummary({ ...summary, after: midnight }, routing());
    engine.notifications.noteSummary({ ...summary, after: midnight }, routing());
    expect(queued()).toHaveLength(1);
    clock.jump(24 * hour);
    engine.notifications.noteSummary({ ...summary, after: midnight + 24 * hour }, routing());
    expect(queued()).toHaveLength(2);
  });
});

describe("sending", () => {
  const parts = (
    send: (notification: Notification) => Promise<void>,
  ): Parameters<typeof deliverUntil>[0] => ({
    engine,
    clock: {
      ...systemClock,
      now: () => clock.now(),
      sleep: (_milliseconds, signal) => systemClock.sleep(1, signal),
    },
    log: noLog,
    metrics: new Metrics(clock),
    channels: [{ name: "c0", send, close: () => undefined }],
  });

  it("tries again with growing pauses, keeps the time that is asked for, and gives up after a day", async () => {
    const tried: number[] = [];
    const stop = new AbortController();
    engine.notifications.noteAlerts([alert], routing());
    const sending = deliverUntil(
      {
        ...parts(() => {
          tried.push((clock.now() - midnight - 12 * hour) / 1000);
          return Promise.reject(new ChannelError("away", tried.length === 2 ? 100_000 : undefined));
        }),
        clock: {
          ...systemClock,
          now: () => clock.now(),
          // Half a minute for a send does not pass here; time passes at each look at the queue.
          sleep: async (milliseconds, signal) => {
            if (milliseconds > 5000) return systemClock.sleep(1_000_000, signal);
            clock.jump(tried.length < 5 ? 10_000 : 600_000);
            return systemClock.sleep(0, signal);
          },
        },
      },
      stop.signal,
    );
    await expect.poll(() => engine.notifications.list(1)[0]!.endedAt).toBeDefined();
    stop.abort();
    await sending;
    expect(tried.slice(0, 5)).toEqual([0, 10, 110, 170, 470]);
    expect(tried.at(-1)).toBeGreaterThanOrEqual(24 * 3600);
    expect(engine.notifications.list(1)[0]).toMatchObject({ error: "away", attempts: tried.length });
  });

  it("ends what no channel sends any more", async () => {
    engine.notifications.noteAlerts([alert], routing({ name: "gone" }));
    const stop = new AbortController();
    const sending = deliverUntil(
      parts(() => Promise.resolve()),
      stop.signal,
    );
    await expect.poll(() => engine.notifications.list(1)[0]!.error).toBe("there is no channel gone any more");
    stop.abort();
    await sending;
  });

  it("leaves to the next service what a stop has cut off", async () => {
    engine.notifications.noteAlerts([alert], routing());
    const stop = new AbortController();
    let isSending = false;
    const sending = deliverUntil(
      {
        ...parts(() => Promise.resolve()),
        channels: [
          {
            name: "c0",
            send: (_notification, signal) =>
              new Promise((_resolve, reject) => {
                isSending = true;
                signal.addEventListener("abort", () => reject(new ChannelError("cut off")));
              }),
            close: () => undefined,
          },
        ],
        clock: { ...systemClock, now: () => clock.now() },
      },
      stop.signal,
    );
    await expect.poll(() => isSending).toBe(true);
    stop.abort();
    await sending;
    expect(engine.notifications.take(10)).toHaveLength(1);
  });
});
