/** The page at `/`: what the service saw last, for people. It only reads. */
import type { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { nameOf } from "../../arm-id.ts";
import type { Clock } from "../../clock.ts";
import { byAttention } from "../../engine/attention.ts";
import type { Engine } from "../../engine/engine.ts";
import { hasCode, isExpected, messageOf } from "../../errors.ts";
import { packageVersion } from "../../package-version.ts";
import type { Look } from "../look.ts";
import { script, style } from "./assets.ts";
import { coverageOf } from "./coverage.ts";
import { machineSections } from "./machine-page.ts";
import { type MachinesShown, machinesSection } from "./machines-section.ts";
import type { Markup } from "./markup.ts";
import { html } from "hono/html";
import { wholePage } from "./page.ts";
import { RpoHistory } from "./rpo-history.ts";
import {
  alertsSection,
  coverageSection,
  drillsSection,
  jobsSection,
  plansSection,
  upkeepSection,
} from "./sections.ts";

const machinesPerPage = 100;
const jobsShown = 15;
/** Pages that are open at once and told of each look; more of them show what they show until they are loaded again. */
const listenersMax = 100;
/** A proxy may end a connection on which nothing comes for long. */
const quietMilliseconds = 25_000;

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

export class Dashboard {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #history = new RpoHistory();
  readonly #listeners = new Set<() => void>();
  #look: Look | undefined;

  constructor(engine: Engine, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  looked(look: Look): void {
    this.#look = look;
    this.#history.note(look);
    for (const tell of [...this.#listeners]) tell();
  }

  /** `whyNotReady`: why what was seen last may be old; `undefined` if it is not. */
  addTo(app: Hono, whyNotReady: () => string | undefined): void {
    const page = (title: string, main: Markup): Markup =>
      wholePage({
        title,
        main,
        lookedAt: this.#look?.at,
        notReady: whyNotReady(),
        home: this.#engine.homeFolder,
        version: packageVersion(),
      });
    app.get("/", (context) => {
      context.header("Content-Security-Policy", policy);
      const { search = "", page: number = "1" } = context.req.query();
      return context.html(page("Site recovery", this.#overview(search, Number(number))));
    });
    app.get("/machine", async (context) => {
      context.header("Content-Security-Policy", policy);
      const id = context.req.query("id") ?? "";
      try {
        return context.html(page(`${nameOf(id)} - Site recovery`, await this.#machine(id)));
      } catch (error) {
        if (!isExpected(error)) throw error;
        const main = html`<h2>Not shown</h2>
          <p>${messageOf(error)}</p>`;
        return context.html(page("Not shown - Site recovery", main), hasCode(error, "NotFound") ? 404 : 503);
      }
    });
    app.get("/dashboard.css", (context) => context.body(style, 200, { "Content-Type": "text/css" }));
    app.get("/dashboard.js", (context) => context.body(script, 200, { "Content-Type": "text/javascript" }));
    app.get("/looks", (context) => {
      if (this.#listeners.size >= listenersMax) return context.text("Too many pages are open.\n", 503);
      return streamSSE(context, async (stream) => {
        const over = new AbortController();
        stream.onAbort(() => over.abort());
        while (!stream.aborted) {
          const event = await this.#nextLook(over.signal);
          // What begins with a colon is a comment, which keeps the connection alive.
          if (event === "quiet") await stream.write(": quiet\n\n");
          else if (event === "look") await stream.writeSSE({ event: "look", data: "" });
        }
      });
    });
  }

  async #nextLook(signal: AbortSignal): Promise<"look" | "quiet" | "over"> {
    const waited = new AbortController();
    let tell: () => void = () => undefined;
    const looked = new Promise<"look">((resolve) => {
      tell = () => resolve("look");
      this.#listeners.add(tell);
    });
    try {
      const ends = AbortSignal.any([signal, waited.signal]);
      const quiet = this.#clock.sleep(quietMilliseconds, ends).then(
        () => "quiet" as const,
        () => "over" as const,
      );
      return await Promise.race([looked, quiet]);
    } finally {
      this.#listeners.delete(tell);
      waited.abort();
    }
  }

  #overview(search: string, page: number): Markup {
    const look = this.#look;
    if (look === undefined) return html`<p>The machines are looked at for the first time.</p>`;
    const now = this.#clock.now();
    return html`${coverageSection(coverageOf(this.#engine, look), now)} ${alertsSection(look)}
    ${machinesSection(this.#machinesShown(look, search, page, now))} ${plansSection(this.#engine)}
    ${drillsSection(look)} ${upkeepSection(look)} ${jobsSection(this.#engine.jobs({ limit: jobsShown }))}`;
  }

  #machinesShown({ views, at }: Look, search: string, wanted: number, now: number): MachinesShown {
    const word = search.trim().toLowerCase();
    const found = byAttention(views.filter(({ item }) => nameOf(item.id).toLowerCase().includes(word)));
    const pageCount = Math.max(1, Math.ceil(found.length / machinesPerPage));
    const page = Number.isInteger(wanted) ? Math.min(Math.max(1, wanted), pageCount) : 1;
    const shown = found.slice((page - 1) * machinesPerPage, page * machinesPerPage);
    return { at, now, history: this.#history, views: shown, found: found.length, search, page, pageCount };
  }

  /** Throws `NotFound` for a machine that is not protected, and what reading its target throws. */
  async #machine(id: string): Promise<Markup> {
    const view = await this.#engine.viewItem(id);
    const points = view.isTargetAway ? [] : await this.#engine.recoveryPoints(id);
    const jobs = this.#engine.jobs({ targetId: id, limit: jobsShown });
    return machineSections({ view, points, jobs, now: this.#clock.now() });
  }
}
