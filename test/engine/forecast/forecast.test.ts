import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forecast, type Forecast } from "../../../provider/engine/forecast/forecast.ts";
import type {
  ForecastInput,
  ForecastMachine,
  ForecastSettings,
} from "../../../provider/engine/forecast/forecast-input.ts";

const gibibyte = 1024 ** 3;
const monday = Date.parse("2026-01-05T00:00:00Z");

const settings: ForecastSettings = {
  startsAt: monday,
  hours: 24,
  copiesMax: 4,
  copyBytesPerSecond: 256 * 1024 ** 2,
  restoreBytesPerSecond: 256 * 1024 ** 2,
  cycleSeconds: 0,
  scriptSeconds: 60,
  manualSeconds: 900,
  busyShare: 0.8,
};

function machine(name: string, changes: Partial<ForecastMachine> = {}): ForecastMachine {
  return {
    name,
    server: "ps",
    policy: { instanceType: "HyperVReplicaAzure", recoveryPointHistoryDuration: 2, replicationInterval: 300 },
    sizeBytes: changes.dataBytes ?? 100 * gibibyte,
    dataBytes: 100 * gibibyte,
    compressedRatio: 0.5,
    churnBytesPerDay: 24 * gibibyte,
    ...changes,
  };
}

function input(changes: Partial<ForecastInput> = {}): ForecastInput {
  return { machines: [machine("db")], servers: [{ name: "ps" }], plans: [], settings, ...changes };
}

describe("a forecast", () => {
  it("copies at the speed of the processor where the line is free", () => {
    const [db] = forecast(input()).machines;
    // 100 GiB at 256 MiB/s.
    expect(db!.initialCopySeconds).toBeCloseTo(400, 1);
  });

  it("copies at the speed of the line where that is slower, with the bytes that are left of compression", () => {
    const servers = [{ name: "ps", bandwidth: { limitKilobitsPerSecond: 100_000 } }];
    const [db] = forecast(input({ servers, settings: { ...settings, hours: 72 } })).machines;
    expect(db!.initialCopySeconds).toBeCloseTo((50 * gibibyte) / 12_500_000, 0);
  });

  it("[HW-4a] has an RPO between none and an interval, where a delta takes no time", () => {
    const { rpo, cycles } = forecast(input({ machines: [machine("db", { churnBytesPerDay: 0 })] }))
      .machines[0]!;
    expect(rpo!.maxSeconds).toBeCloseTo(300, 1);
    expect(rpo!.p50Seconds).toBeCloseTo(150, 0);
    expect(rpo!.p95Seconds).toBeCloseTo(285, 0);
    expect(cycles).toBe(2 + Math.floor((86_400 - 400) / 300));
  });

  it("falls behind where more changes than the line takes", () => {
    const servers = [{ name: "ps", bandwidth: { limitKilobitsPerSecond: 1000 } }];
    const result = forecast(input({ machines: [machine("db", { dataBytes: gibibyte })], servers }));
    const [db] = result.machines;
    expect(db!.rpo!.maxSeconds).toBeGreaterThan(3600);
    expect(result.servers[0]!.neededKilobitsPerSecond).toBeGreaterThan(1000);
  });

  it("sends at another speed within the line's work hours", () => {
    const hours = { days: ["Monday"], from: "08:00", to: "18:00", timeZone: "UTC" } as const;
    const bandwidth = {
      limitKilobitsPerSecond: 100_000,
      workHours: hours,
      workHoursLimitKilobitsPerSecond: 512,
    };
    const machines = [machine("db", { dataBytes: 900 * gibibyte })];
    const { servers } = forecast(input({ machines, servers: [{ name: "ps", bandwidth }] }));
    const at = (hour: number): number => servers[0]!.sentSeries[hour * 4]!;
    expect(at(3)).toBeCloseTo(100_000, 0);
    expect(at(12)).toBeCloseTo(512, 0);
    expect(at(20)).toBeCloseTo(100_000, 0);
  });

  it("makes most changes within busy hours, and as many in a week as without", () => {
    const busyHours = { days: ["Monday"], from: "08:00", to: "18:00", timeZone: "UTC" } as const;
    const week = { ...settings, hours: 168, cycleSeconds: 0 };
    const even = forecast(input({ settings: week })).machines[0]!;
    const busy = forecast(input({ settings: { ...week, busyHours } })).machines[0]!;
    expect(busy.sentBytes / even.sentBytes).toBeCloseTo(1, 1);
  });

  it("keeps the points of the policy's hours, and the copy", () => {
    const [db] = forecast(input()).machines;
    expect(db!.pointCount).toBe(25);
    // 50 GiB, and two hours of half a GiB an hour; before a look at retention some more.
    expect(db!.storedMaxBytes / gibibyte).toBeGreaterThan(51);
    expect(db!.storedMaxBytes / gibibyte).toBeLessThan(53.5);
  });

  it("lets a thin disk grow with its changes, up to its size: in what is sent, stored and restored", () => {
    const thin = machine("db", { sizeBytes: 100 * gibibyte, dataBytes: gibibyte });
    const plans = [{ name: "shop", groups: [{ machines: ["db"], scripts: 0, manualSteps: 0 }] }];
    const at = (hours: number): Forecast =>
      forecast(input({ machines: [thin], plans, settings: { ...settings, hours } }));
    const [day, year] = [at(24), at(24 * 60)];
    // Half a GiB at first, and then half of what changes; most of that is new data.
    expect(day.machines[0]!.sentBytes / gibibyte).toBeGreaterThan(11);
    expect(day.machines[0]!.storedMaxBytes / gibibyte).toBeGreaterThan(10);
    expect(day.plans[0]!.rtoSeconds).toBeGreaterThan(80);
    // After two months all of it has been written, and no more than all.
    expect(year.plans[0]!.rtoSeconds).toBeGreaterThan(395);
    expect(year.plans[0]!.rtoSeconds).toBeLessThanOrEqual(400);
    expect(year.machines[0]!.storedMaxBytes / gibibyte).toBeLessThan(53.5);
  });

  it("waits for the start time of the initial replication [H2A-2]", () => {
    const policy = {
      instanceType: "HyperVReplicaAzure",
      onlineReplicationStartTime: "2026-01-05T20:00:00Z",
    } as const;
    const [db] = forecast(input({ machines: [machine("db", { policy })] })).machines;
    expect(db!.rpoSeries.findIndex((rpo) => rpo !== null)).toBe(80);
  });

  it("counts the process servers that machines and changes need", () => {
    const machines = Array.from({ length: 450 }, (_, index) => machine(`m${index}`, { dataBytes: 0 }));
    expect(forecast(input({ machines })).servers[0]!.serversNeeded).toBe(6);
    const many = machines.map((one) => ({ ...one, churnBytesPerDay: 0 }));
    expect(forecast(input({ machines: many })).servers[0]!.serversNeeded).toBe(3);
  });

  it("adds up a plan's groups and steps", () => {
    const machines = ["db", "web1", "web2"].map((name) => machine(name));
    const plans = [
      {
        name: "shop",
        groups: [
          { machines: ["db"], scripts: 1, manualSteps: 0 },
          { machines: ["web1", "web2"], scripts: 0, manualSteps: 1 },
        ],
      },
    ];
    const [shop] = forecast(input({ machines, plans })).plans;
    expect(shop!.groupSeconds.map(Math.round)).toEqual([400 + 60, 800 + 900]);
    expect(Math.round(shop!.rtoSeconds)).toBe(2160);
  });

  it("loses and invents no byte, whatever the machines, lines and hours", () => {
    const arbitrary = fc.record({
      count: fc.integer({ min: 1, max: 12 }),
      churn: fc.integer({ min: 0, max: 200 }),
      data: fc.integer({ min: 0, max: 500 }),
      kilobits: fc.option(fc.integer({ min: 512, max: 1_000_000 })),
      interval: fc.constantFrom(30 as const, 300 as const, 900 as const),
      hours: fc.integer({ min: 1, max: 30 }),
    });
    fc.assert(
      fc.property(arbitrary, ({ count, churn, data, kilobits, interval, hours }) => {
        const policy = { instanceType: "HyperVReplicaAzure", replicationInterval: interval } as const;
        const machines = Array.from({ length: count }, (_, index) =>
          machine(`m${index}`, { policy, dataBytes: data * gibibyte, churnBytesPerDay: churn * gibibyte }),
        );
        const bandwidth = kilobits === null ? {} : { bandwidth: { limitKilobitsPerSecond: kilobits } };
        const result = forecast(
          input({ machines, servers: [{ name: "ps", ...bandwidth }], settings: { ...settings, hours } }),
        );
        const sent = result.machines.reduce((sum, one) => sum + one.sentBytes, 0);
        // What is under way is on the line, and counted with a machine when it is across.
        expect(sent).toBeLessThanOrEqual(result.servers[0]!.sentBytes * (1 + 1e-9) + 1);
        if (kilobits !== null) {
          expect(result.servers[0]!.sentBytes).toBeLessThanOrEqual(
            kilobits * 125 * hours * 3600 * (1 + 1e-9),
          );
        }
        for (const { rpo, intervalSeconds } of result.machines) {
          if (rpo) expect(rpo.p50Seconds).toBeLessThanOrEqual(rpo.p99Seconds + 0.01);
          if (rpo && hours * 3600 > 3 * intervalSeconds) expect(rpo.maxSeconds).toBeGreaterThan(0);
        }
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});
