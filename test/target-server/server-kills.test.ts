/** The server is killed while clients put, replace and remove: what it has acknowledged is there, and whole. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { scheduler } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { SeededRandom } from "../../provider/random.ts";
import type { Tag } from "../../provider/ports/objects.ts";
import { namesOf } from "../conformance/objects/place-for-tests.ts";
import { onFreePort } from "../conformance/servers/free-port.ts";
import { SecondSite } from "../conformance/servers/target-server.ts";

/** How often the server is killed. SITERECOVERY_SEED repeats the bytes and moments of a run. */
const kills = Number(process.env["SITERECOVERY_SERVER_KILLS"] ?? 8);
const seed = Number(process.env["SITERECOVERY_SEED"] ?? Date.now() % 1_000_000);
const main = path.resolve(import.meta.dirname, "../../provider/cli/main.ts");

function start(site: SecondSite, port: number): Promise<ChildProcess> {
  const words = ["target", "serve", "--folder", site.served, "--trust", site.trust.folder];
  const child = spawn(process.execPath, [main, ...words, "--listen", `127.0.0.1:${port}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.stdout!.once("data", () => resolve(child));
    child.once("exit", (code) => reject(new Error(`The server ended with ${code}.`)));
  });
}

/** What is known of one object: what it is if the last change was acknowledged, or what it may be if it was not. */
type Known = ReadonlySet<string>;
const absent = "absent";

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Changes its own objects until it is stopped. Each change whose end is not known may have happened or not. */
async function work(
  site: SecondSite,
  store: string,
  id: number,
  port: number,
  stop: AbortSignal,
): Promise<Map<string, Known>> {
  const random = new SeededRandom(seed + id * 1000);
  const objects = site.open(site.settings(store, "writer", port));
  const known = new Map<string, Known>();
  const tags = new Map<string, Tag>();
  for (let turn = 0; !stop.aborted; turn += 1) {
    const name = `of-${id}/${random.integer(6)}`;
    const before = known.get(name) ?? new Set([absent]);
    const bytes = Buffer.from(random.bytes(1 + random.integer(random.integer(8) === 0 ? 400_000 : 5000)));
    const tag = tags.get(name);
    const isRemoval = random.integer(5) === 0;
    known.set(name, new Set([...before, isRemoval ? absent : hashOf(bytes)]));
    try {
      if (isRemoval) {
        await objects.remove([name], stop);
        tags.delete(name);
        known.set(name, new Set([absent]));
        continue;
      }
      const rule = before.size > 1 ? "replace" : tag === undefined ? "ifAbsent" : { ifTag: tag };
      const put = await objects.put(name, bytes, rule, { signal: stop });
      // Nobody else writes here, and what this client knows for sure is true: no rule may fail, after a kill neither.
      if (put === "lost") throw new Error(`${name}: ${JSON.stringify(rule)} was lost at turn ${turn}`);
      tags.set(name, put);
      known.set(name, new Set([hashOf(bytes)]));
    } catch (error) {
      if (!(error instanceof SiteRecoveryError)) throw error;
      tags.delete(name);
    }
  }
  return known;
}

it(
  `loses nothing acknowledged in ${kills} kills -9, and leaves nothing half`,
  { timeout: 60_000 + kills * 20_000 },
  async () => {
    const site = new SecondSite(60);
    const port = await onFreePort((free) => Promise.resolve(free));
    const store = site.newStore();
    let server = await start(site, port);
    onTestFinished(async () => {
      server.kill("SIGKILL");
      await site.stop();
      site.remove();
    });
    const stop = new AbortController();
    const clients = [1, 2, 3].map((id) => work(site, store, id, port, stop.signal));
    // A mistake that a client finds ends the test.
    const failed = Promise.all(clients).then(() => undefined);
    failed.catch(() => undefined);
    const random = new SeededRandom(seed);
    for (let kill = 0; kill < kills; kill += 1) {
      await Promise.race([scheduler.wait(200 + random.integer(700)), failed]);
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGKILL");
      await ended;
      server = await start(site, port);
    }
    await scheduler.wait(300);
    stop.abort();
    const found = site.open(site.settings(store, "writer", port));
    let changes = 0;
    for (const known of await Promise.all(clients)) {
      for (const [name, may] of known) {
        const object = await found.get(name);
        expect([...may], `${name} with SITERECOVERY_SEED=${seed}`).toContain(
          object === undefined ? absent : hashOf(object.bytes),
        );
        changes += 1;
      }
    }
    expect(changes).toBeGreaterThan(10);
    for (const name of await namesOf(found, "")) expect(name).toMatch(/^of-\d\/\d$/);
    // Bodies that were cut are gone since the last start.
    const incoming = path.join(site.served, ".serving", "incoming");
    await expect.poll(() => fs.readdirSync(incoming)).toEqual([]);
  },
);
