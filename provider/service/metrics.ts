/** What Prometheus reads. Names and units by its conventions: base units, `_total` for counters. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { nameOf } from "../arm-id.ts";
import type { Clock } from "../clock.ts";
import { packageVersion } from "../package-version.ts";
import type { Look } from "./look.ts";
import type { Verification, VerificationResult } from "../engine/engine.ts";
import type { Outcome } from "./scheduled-work.ts";

/** By Azure's words for health. `None`: it does not replicate. */
const healthNumbers = { None: 0, Normal: 0, Warning: 1, Critical: 2 } as const;

/** Seconds; the policy's intervals are 30 seconds to 15 minutes. */
const cycleBuckets = [0.1, 0.3, 1, 3, 10, 30, 60, 300, 900, 3600];

export class Metrics {
  readonly #clock: Clock;
  readonly #registry = new Registry();
  readonly #cycles: Counter<"result">;
  readonly #drills: Counter<"result">;
  readonly #notifications: Counter<"channel" | "result">;
  readonly #verifications: Counter<"result">;
  readonly #verifiedBytes: Counter;
  readonly #changedBytes: Counter;
  readonly #sentBytes: Counter;
  readonly #cycleSeconds: Histogram;
  readonly #running: Gauge;
  #look: Look | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    const registers = [this.#registry];
    const counter = <Label extends string>(
      name: string,
      help: string,
      labelNames: Label[] = [],
    ): Counter<Label> => new Counter({ name: `siterecovery_${name}`, help, labelNames, registers });
    collectDefaultMetrics({ register: this.#registry });
    this.#cycles = counter("replication_cycles_total", "Replication cycles that this service ran.", [
      "result",
    ]);
    this.#drills = counter("drill_runs_total", "Runs of drills that this service ended.", ["result"]);
    this.#notifications = counter("notifications_total", "Tries to send a notification.", [
      "channel",
      "result",
    ]);
    this.#verifications = counter("verifications_total", "Verifications of a part of a store of replicas.", [
      "result",
    ]);
    this.#verifiedBytes = counter("verified_bytes_total", "Bytes of replicas that were read and checked.");
    this.#changedBytes = counter(
      "replication_changed_bytes_total",
      "Bytes that had changed when a cycle began.",
    );
    this.#sentBytes = counter("replication_sent_bytes_total", "Bytes that cycles sent, compressed.");
    this.#cycleSeconds = new Histogram({
      name: "siterecovery_replication_cycle_duration_seconds",
      help: "How long cycles took.",
      buckets: cycleBuckets,
      registers,
    });
    this.#running = new Gauge({
      name: "siterecovery_running_work",
      help: "Cycles and drills that run now.",
      registers,
    });
    const info = new Gauge({
      name: "siterecovery_build_info",
      help: "The version.",
      labelNames: ["version"],
      registers,
    });
    info.set({ version: packageVersion() }, 1);
    this.#ofMachines();
    this.#ofDrills();
    this.#ofStores();
    this.#ofLook();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** What was seen last: gauges say it until the next look. */
  looked(look: Look): void {
    this.#look = look;
  }

  began(): void {
    this.#running.inc();
  }

  ended(): void {
    this.#running.dec();
  }

  worked({ cycle, drill, waits, error }: Outcome): void {
    if (drill) this.#drills.inc({ result: drill.state.toLowerCase() });
    else if (error) this.#cycles.inc({ result: error.code === "Cancelled" ? "stopped" : "failed" });
    else if (waits) this.#cycles.inc({ result: "waits" });
    else if (cycle) {
      this.#cycles.inc({ result: "succeeded" });
      this.#changedBytes.inc(cycle.bytesChanged);
      this.#sentBytes.inc(cycle.bytesSent);
      this.#cycleSeconds.observe(cycle.durationMilliseconds / 1000);
    }
  }

  notified(channel: string, result: "delivered" | "failed" | "given_up"): void {
    this.#notifications.inc({ channel, result });
  }

  verified({ bytesRead, damagedCount, error }: VerificationResult): void {
    const found = damagedCount > 0 ? "damaged" : "sound";
    this.#verifications.inc({ result: error === undefined ? found : "failed" });
    this.#verifiedBytes.inc(bytesRead);
  }

  #gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    collect: (look: Look) => Iterable<readonly [labels: Record<Label, string>, value: number | undefined]>,
  ): void {
    const look = (): Look | undefined => this.#look;
    new Gauge({
      name: `siterecovery_${name}`,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        // What is gone since is not said any more.
        this.reset();
        const seen = look();
        for (const [labels, value] of seen ? collect(seen) : [])
          if (value !== undefined) this.set(labels, value);
      },
    });
  }

  #ofMachines(): void {
    const each = (
      name: string,
      help: string,
      valueOf: (view: Look["views"][number], look: Look) => number | undefined,
    ): void =>
      this.#gauge(`machine_${name}`, help, ["machine", "id"], (look) =>
        look.views.map((view) => [{ machine: nameOf(view.item.id), id: view.item.id }, valueOf(view, look)]),
      );
    each(
      "rpo_seconds",
      "Age of the newest recovery point of a machine that replicates.",
      ({ rpoSeconds }, { at }) =>
        rpoSeconds === undefined ? undefined : rpoSeconds + (this.#clock.now() - at) / 1000,
    );
    each(
      "rpo_threshold_seconds",
      "An RPO of more is an alarm.",
      ({ rpoThresholdSeconds }) => rpoThresholdSeconds,
    );
    each(
      "recovery_point_timestamp_seconds",
      "Time of the newest recovery point.",
      ({ latestRecoveryPoint: point }) => (point === undefined ? undefined : point.takenAt / 1000),
    );
    each("recovery_points", "Recovery points.", ({ recoveryPointCount }) => recoveryPointCount);
    each("pending_bytes", "Bytes that are in no recovery point yet.", ({ pendingBytes }) => pendingBytes);
    each(
      "replication_health",
      "0 is normal, 1 a warning, 2 critical.",
      ({ replicationHealth: health, item }) =>
        item.state === "EnablingReplication" ? undefined : healthNumbers[health],
    );
    each("target_away", "1 while the target cannot be read.", ({ isTargetAway }) => (isTargetAway ? 1 : 0));
    each("runs_at_recovery", "1 while the machine runs at the recovery side.", ({ item }) =>
      item.activeLocation === "recovery" ? 1 : 0,
    );
  }

  #ofDrills(): void {
    const each = (
      name: string,
      help: string,
      valueOf: (result: NonNullable<Look["drills"][number]["result"]>) => number | undefined,
    ): void =>
      this.#gauge(`drill_${name}`, help, ["drill", "id"], (look) =>
        look.drills.map(({ drill, result }) => [
          { drill: nameOf(drill.id), id: drill.id },
          result === undefined ? undefined : valueOf(result),
        ]),
      );
    const seconds = (time: string | undefined): number | undefined =>
      time === undefined ? undefined : Date.parse(time) / 1000;
    each("last_success_timestamp_seconds", "When the last run began that succeeded.", ({ lastSuccessTime }) =>
      seconds(lastSuccessTime),
    );
    each("last_rto_seconds", "Measured by the last run.", ({ lastRun }) => lastRun?.measuredRtoSeconds);
    each("last_rpo_seconds", "Measured by the last run.", ({ lastRun }) => lastRun?.measuredRpoSeconds);
  }

  #ofStores(): void {
    const each = (name: string, help: string, valueOf: (one: Verification) => number | undefined): void =>
      this.#gauge(`store_${name}`, help, ["store", "id"], ({ verifications }) =>
        verifications.map((one) => [{ store: nameOf(one.holderId), id: one.holderId }, valueOf(one)]),
      );
    each(
      "verified_timestamp_seconds",
      "When a part of the store was last read and checked.",
      ({ endedAt, result }) =>
        endedAt === undefined || result?.error !== undefined ? undefined : endedAt / 1000,
    );
    each(
      "damaged_objects",
      "Damaged objects that the last verification found.",
      ({ result }) => result?.damagedCount,
    );
  }

  #ofLook(): void {
    this.#gauge("alerts", "What is wrong now.", ["severity"], ({ alerts }) =>
      (["Warning", "Critical"] as const).map((severity) => [
        { severity: severity.toLowerCase() },
        alerts.filter((alert) => alert.severity === severity).length,
      ]),
    );
    this.#gauge("last_look_timestamp_seconds", "When health was looked at last.", [], ({ at }) => [
      [{}, at / 1000],
    ]);
  }
}
