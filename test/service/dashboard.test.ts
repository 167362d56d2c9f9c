/** The page of the service: what it says of an engine with a plan, a drill and something wrong. */
import fs from "node:fs";
import path from "node:path";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import type { ItemView } from "../../provider/engine/engine.ts";
import { Dashboard } from "../../provider/service/dashboard/dashboard.ts";
import { RpoHistory } from "../../provider/service/dashboard/rpo-history.ts";
import { sparkline } from "../../provider/service/dashboard/sparkline.ts";
import { type Look, lookAt } from "../../provider/service/look.ts";
import { quiet } from "../engine/fixture.ts";
import { Shop } from "../engine/recovery-plan/shop.ts";

let shop: Shop;
let app: Hono;
let dashboard: Dashboard;
let look: Look;
let notReady: string | undefined;

beforeAll(async () => {
  shop = await Shop.make();
  const { engine, itemId } = shop.site;
  await engine.replicate(itemId, quiet);
  await engine.upkeep.verifyDue({ days: 1, progress: quiet, tell: () => undefined });
  fs.renameSync(path.join(shop.site.folder, "hv1", "web2"), path.join(shop.site.folder, "aside"));
  look = await lookAt(engine, systemClock.now());
  dashboard = new Dashboard(engine, systemClock);
  app = new Hono();
  dashboard.addTo(app, () => notReady);
});
afterAll(() => shop.site.remove());

/** What a browser shows of a page: text without tags. */
async function textOf(address: string): Promise<{ status: number; text: string; html: string }> {
  const answer = await app.request(address);
  const html = await answer.text();
  const text = html
    .replaceAll(/<title>.*?<\/title>/gs, " ")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
  return { status: answer.status, text, html };
}

/** A look at as many machines as that, which are like the first one. */
function lookAtMany(count: number): Look {
  const [first] = look.views;
  const views = Array.from({ length: count }, (_, index): ItemView => {
    const id = `${shop.site.ids.container}/replicationProtectedItems/m${String(index).padStart(5, "0")}`;
    return { ...first!, item: { ...first!.item, id } };
  });
  return { ...look, views };
}

describe("the overview", () => {
  it("says before the first look that there was none", async () => {
    expect((await textOf("/")).text).toContain("looked at for the first time");
  });

  it("says what the last verification of each store found, and when the next is", async () => {
    dashboard.looked(look);
    expect((await textOf("/")).text).toMatch(/Upkeep .* replicas .* sound /);
    const [done] = look.verifications;
    const damaged = { ...done!, result: { ...done!.result!, damagedCount: 2 } };
    dashboard.looked({ ...look, verifications: [damaged] });
    expect((await textOf("/")).text).toContain("2 objects are damaged");
    const away = { ...done!, result: { ...done!.result!, error: "its share is away" } };
    dashboard.looked({ ...look, verifications: [away] });
    expect((await textOf("/")).text).toContain("its share is away");
    dashboard.looked({ ...look, verifications: [] });
    expect((await textOf("/")).text).not.toContain("Upkeep");
  });

  it("says what is covered, what is wrong, and what runs where, those in need first", async () => {
    dashboard.looked(look);
    const { status, text, html } = await textOf("/");
    expect(status).toBe(200);
    expect(text).toContain("Protected 3 machines");
    expect(text).toContain("In a recovery plan 3 of 3");
    expect(text).toContain("Drilled 0 of 3");
    expect(text).toContain("Last good drill none");
    expect(text).toMatch(/Critical web2 : .*web2/);
    expect(text).toMatch(/Group 1 db1.*Group 2 web1, web2/);
    expect(text).toContain("3 machines, those that need a person first");
    const order = [...html.matchAll(/<th scope="row"><a href="machine\?id=[^"]+">(\w+)<\/a>/g)];
    expect(order.map(([, name]) => name)).toEqual(["web2", "db1", "web1"]);
  });

  it("finds machines by a part of their names, and never takes a search for markup", async () => {
    const found = await textOf("/?search=WEB");
    expect(found.text).toContain("2 machines, those");
    const { html, text } = await textOf(`/?search=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(html).not.toContain("<script>alert");
    expect(text).toContain("No machine has this in its name");
  });

  it("is not late to say that what it shows may be old", async () => {
    notReady = "its last look at the machines was 700 s ago";
    expect((await textOf("/")).text).toContain("What is shown may be old: its last look");
    notReady = undefined;
    expect((await textOf("/")).text).not.toContain("may be old");
  });

  it("takes nothing from elsewhere, and lets no other page show it", async () => {
    const answer = await app.request("/");
    const html = await answer.text();
    expect(answer.headers.get("content-security-policy")).toMatch(
      /default-src 'none'.*frame-ancestors 'none'/,
    );
    expect(html.match(/(?:src|href)="(?:https?:)?\/\//g)).toBeNull();
    for (const name of ["dashboard.css", "dashboard.js"])
      expect((await app.request(`/${name}`)).headers.get("content-type")).toMatch(/^text\//);
  });

  it("has a page for each hundred of ten thousand machines, and stays small", async () => {
    dashboard.looked(lookAtMany(10_000));
    const { text, html } = await textOf("/?page=100");
    expect(text).toContain("Page 100 of 100");
    expect(text).toContain("m09999");
    expect(text).not.toContain("m00000");
    expect(Buffer.byteLength(html)).toBeLessThan(200 * 1024);
    expect((await textOf("/?page=-3")).text).toContain("Page 1 of 100");
    expect((await textOf("/?page=x")).text).toContain("Page 1 of 100");
    dashboard.looked(look);
  });
});

describe("the page of a machine", () => {
  it("has its facts, its points on an axis, and its jobs", async () => {
    const { text, html } = await textOf(`/machine?id=${encodeURIComponent(shop.site.itemId)}`);
    expect(text).toMatch(/State Protected .*Runs at primary/);
    const points = await shop.site.engine.recoveryPoints(shop.site.itemId);
    expect(html.match(/<circle /g)).toHaveLength(points.length);
    for (const { id } of points) expect(text).toContain(id);
    expect(text).toContain("Jobs");
  });

  it("says that there is no such machine", async () => {
    const { status, text } = await textOf("/machine?id=nobody");
    expect([status, text]).toEqual([404, expect.stringContaining("nobody")]);
  });
});

it("tells open pages of each look, and lets go of those that are closed", async () => {
  const closing = new AbortController();
  const answer = await app.request(new Request("http://localhost/looks", { signal: closing.signal }));
  const reader = answer.body!.getReader();
  const next = reader.read();
  dashboard.looked(look);
  expect(new TextDecoder().decode((await next).value as Uint8Array)).toContain("event: look");
  await reader.cancel();
  closing.abort();
});

describe("a day of RPO", () => {
  const minute = 60_000;
  const viewOf = (rpoSeconds: number | undefined): Look => {
    const view = look.views[0]!;
    return { ...look, views: [{ ...view, rpoSeconds }] };
  };
  const at = (time: number, rpoSeconds: number | undefined): Look => ({ ...viewOf(rpoSeconds), at: time });

  it("keeps the highest of each ten minutes, for a day, and gaps", () => {
    const history = new RpoHistory();
    const id = look.views[0]!.item.id;
    const start = 10 * minute * 1_000_000;
    history.note(at(start, 60));
    history.note(at(start + minute, 200));
    history.note(at(start + 2 * minute, 100));
    history.note(at(start + 11 * minute, undefined));
    history.note(at(start + 21 * minute, 50));
    expect(history.of(id, start + 25 * minute).slice(-3)).toEqual([200, undefined, 50]);
    expect(history.of(id, start + 25 * minute)).toHaveLength(144);
    const nextDay = start + 24 * 60 * minute;
    history.note(at(nextDay, 70));
    expect(history.of(id, nextDay).filter((seconds) => seconds !== undefined)).toEqual([50, 70]);
    history.note({ ...look, at: nextDay, views: [] });
    expect(history.of(id, nextDay).every((seconds) => seconds === undefined)).toBe(true);
  });

  it("is drawn without a line over what was not seen", async () => {
    const picture = String(await sparkline([10, 20, undefined, 700], 600));
    expect(picture.match(/<polyline/g)).toHaveLength(2);
    expect(picture).toContain("highest of the last day 12 min, allowed 10 min");
    expect(String(await sparkline([undefined], 600))).toBe("");
  });
});
