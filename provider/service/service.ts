/**
 * `siterecovery serve`: one process that runs cycles and drills when they are due, looks at health, tells people what is
 * wrong, and shows health and metrics over HTTP. Beside it the CLI and `pulumi up` may work on the same home.
 */
import { actAs, serviceHere } from "../actor.ts";
import { nameOf } from "../arm-id.ts";
import type { Clock } from "../clock.ts";
import type { Engine, Routing } from "../engine/engine.ts";
import { isExpected, messageOf } from "../errors.ts";
import type { Log } from "../log.ts";
import { Dashboard } from "./dashboard/dashboard.ts";
import { deliverUntil } from "./deliver.ts";
import { type HttpServer, listen } from "./http-server.ts";
import { lookAt } from "./look.ts";
import { Metrics } from "./metrics.ts";
import type { Channel } from "./notify/channel.ts";
import { openChannels } from "./notify/open-channels.ts";
import type { Environment } from "./notify/read-secret.ts";
import { routingOf } from "./notify/routing.ts";
import { runSchedules } from "./run-schedules.ts";
import type { Attend, Outcome } from "./scheduled-work.ts";
import type { Verification } from "../engine/engine.ts";
import type { ServiceSettings } from "./settings.ts";
import { lastDue, summaryOf } from "./summary.ts";

export interface ServiceParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Log;
  /** Where secrets are that the settings name. */
  readonly environment: Environment;
}

/** A look that is this many times later than it should be is a fault of the service. */
const looksMissedMax = 5;

export interface Service {
  /** Where health and metrics are. */
  readonly url: string;
  /** Lets nothing new begin. */
  stop(): void;
  /**
   * Resolves when all has ended after `stop`, with the names of machines whose cycle was cut short. Rejects with what ended
   * the service by itself, once the rest has ended.
   */
  readonly ended: Promise<readonly string[]>;
}

/** Throws `InvalidInput` for missing secrets and `InUse` for a port that is taken; nothing runs then. */
export async function startService(parts: ServiceParts, settings: ServiceSettings): Promise<Service> {
  const channels = openChannels(settings, parts);
  const running = new RunningService(parts, settings, channels);
  const server = await listen(settings, running);
  return { url: server.url, stop: () => running.stop(), ended: running.run(server) };
}

class RunningService {
  readonly metrics: Metrics;
  readonly dashboard: Dashboard;
  readonly #parts: ServiceParts;
  readonly #settings: ServiceSettings;
  readonly #channels: readonly Channel[];
  readonly #routing: Routing;
  readonly #stop = new AbortController();
  #lookedAt: number | undefined;
  #lookFailure: string | undefined;

  constructor(parts: ServiceParts, settings: ServiceSettings, channels: readonly Channel[]) {
    this.#parts = parts;
    this.#settings = settings;
    this.#channels = channels;
    this.#routing = routingOf(settings, parts.clock);
    this.metrics = new Metrics(parts.clock);
    this.dashboard = new Dashboard(parts.engine, parts.clock);
  }

  stop(): void {
    this.#stop.abort();
  }

  whyNotReady(): string | undefined {
    if (this.#stop.signal.aborted) return "it is being stopped";
    if (this.#lookFailure !== undefined) return this.#lookFailure;
    if (this.#lookedAt === undefined) return "it has not looked at the machines yet";
    const late = this.#parts.clock.monotonic() - this.#lookedAt;
    const isLate = late > looksMissedMax * this.#settings.lookSeconds * 1000;
    return isLate ? `its last look at the machines was ${Math.round(late / 1000)} s ago` : undefined;
  }

  async run(server: HttpServer): Promise<readonly string[]> {
    const { signal } = this.#stop;
    const parts = { ...this.#parts, metrics: this.metrics, channels: this.#channels };
    // One that ends the service ends the others in order.
    const orStop = async <T>(work: Promise<T>): Promise<T> => {
      try {
        return await work;
      } finally {
        this.#stop.abort();
      }
    };
    const works = actAs(
      serviceHere(),
      () => [this.#runSchedules(), this.#look(), deliverUntil(parts, signal), this.#verify()] as const,
    );
    const ended = await Promise.allSettled(works.map((work) => orStop<readonly string[] | void>(work)));
    for (const channel of this.#channels) channel.close();
    await server.close();
    const failed = ended.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
    return works[0];
  }

  #runSchedules(): Promise<string[]> {
    const { engine, clock, log } = this.#parts;
    const attend: Attend = async (name, work) => {
      this.metrics.began();
      try {
        return await work({ report: (line) => log.debug({ name, line }, "progress") });
      } finally {
        this.metrics.ended();
      }
    };
    return runSchedules(engine, {
      clock,
      attend,
      tell: (outcome) => this.#tell(outcome),
      signal: this.#stop.signal,
      graceMilliseconds: this.#settings.stopWithinSeconds * 1000,
    });
  }

  #tell(outcome: Outcome): void {
    const { log } = this.#parts;
    this.metrics.worked(outcome);
    const { cycle, drill, waits, error } = outcome;
    const name = nameOf(outcome.id);
    if (error) log.warn({ name, code: error.code, error: error.message }, "work failed");
    else if (drill) log.info({ name, state: drill.state }, "drill ended");
    else if (waits) log.info({ name, what: waits.what, text: waits.text }, "replication waits");
    else if (cycle) {
      const { pointId, bytesChanged, bytesSent, durationMilliseconds } = cycle;
      log.info({ name, pointId, bytesChanged, bytesSent, durationMilliseconds }, "cycle ended");
    }
  }

  /** Looks at health again and again. */
  async #look(): Promise<void> {
    const { clock, log } = this.#parts;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#lookOnce();
        this.#lookFailure = undefined;
      } catch (error) {
        // Such as a database that another process keeps locked. What is a bug ends the service.
        if (!isExpected(error)) throw error;
        this.#lookFailure = messageOf(error);
        log.error({ error: this.#lookFailure }, "the machines could not be looked at");
      }
      await clock.sleep(this.#settings.lookSeconds * 1000, signal).catch(() => undefined);
    }
  }

  /** Reads a part of the replicas when that is due. */
  async #verify(): Promise<void> {
    const { engine, clock, log } = this.#parts;
    const { verifyWithinDays: days } = this.#settings;
    const { signal } = this.#stop;
    const progress = { report: (line: string) => log.debug({ line }, "verification"), signal };
    while (days > 0 && !signal.aborted) {
      try {
        await engine.upkeep.verifyDue({ days, progress, tell: (done) => this.#tellVerified(done) });
      } catch (error) {
        if (signal.aborted) return;
        if (!isExpected(error)) throw error;
        log.error({ error: messageOf(error) }, "replicas could not be verified");
      }
      await clock.sleep(this.#settings.lookSeconds * 1000, signal).catch(() => undefined);
    }
  }

  #tellVerified({ holderId, result }: Verification): void {
    const { log } = this.#parts;
    if (result === undefined) return;
    this.metrics.verified(result);
    const { error, ...found } = result;
    const name = nameOf(holderId);
    if (error === undefined) log.info({ name, ...found }, "replicas verified");
    else log.warn({ name, error }, "replicas were not verified");
  }

  async #lookOnce(): Promise<void> {
    const { engine, clock } = this.#parts;
    const look = await lookAt(engine, clock.now());
    this.metrics.looked(look);
    this.dashboard.looked(look);
    this.#lookedAt = clock.monotonic();
    engine.notifications.noteAlerts(look.alerts, this.#routing);
    engine.notifications.noteEvents(this.#routing);
    const { dailySummary } = this.#settings;
    if (dailySummary === undefined) return;
    // One that is missed while no service runs is told when the next one begins.
    engine.notifications.noteSummary(
      { ...summaryOf(look), after: lastDue(dailySummary, clock.now()) },
      this.#routing,
    );
  }
}
