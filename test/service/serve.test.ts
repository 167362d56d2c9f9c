/** `siterecovery serve` as a process: it replicates by itself, tells of alerts, and stops in order. */
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import type { ServeJson } from "../../provider/cli/json/service.ts";
import { schemaErrors } from "../cli/output-schemas.ts";
import { runHere } from "../cli/in-process.ts";
import { type Ended, startProgram } from "../cli/run-program.ts";
import { Site } from "../engine/fixture.ts";
import { TurningClock } from "../turning-clock.ts";

let site: Site;
beforeEach(async () => {
  // Ten minutes ago, so that the next cycle of its five minutes is due.
  site = await Site.make({ clock: new TurningClock(Date.now() - 600_000) });
  await site.protect();
});
afterEach(() => site.remove());

interface Running {
  readonly url: string;
  stop(signal?: NodeJS.Signals): Promise<Ended & { events: ServeJson[] }>;
}

async function serve(...words: string[]): Promise<Running> {
  const { child, ended } = startProgram(
    site.engine.homeFolder,
    "serve",
    "--listen",
    "127.0.0.1:0",
    "--json",
    ...words,
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const first = await new Promise<string>((resolve, reject) => {
    child.stdout!.once("data", (data: Buffer) => resolve(data.toString()));
    void ended.then(({ stderr }) => reject(new Error(stderr)));
  });
  const { url } = JSON.parse(first) as { url: string };
  return {
    url,
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      const over = await ended;
      return {
        ...over,
        events: over.stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as ServeJson),
      };
    },
  };
}

async function get(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  // Not fetch, which sets its own Host.
  return new Promise((resolve, reject) => {
    http
      .get(url, { headers, agent: false }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode!, text }));
      })
      .on("error", reject);
  });
}

/** The value of a metric of web1, or of one without labels. */
async function metric(url: string, name: string): Promise<number | undefined> {
  const { text } = await get(`${url}/metrics`);
  const line = text.split("\n").find((one) => one.startsWith(name) && !/machine="(?!web1)/.test(one));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(" ")));
}

it("runs what is due, says how things are, and ends in order", async () => {
  const points = async (): Promise<number> => (await site.engine.recoveryPoints(site.itemId)).length;
  const before = await points();
  fs.writeFileSync(site.image, Buffer.alloc(512 * 1024, "changed "));
  const service = await serve();
  await expect.poll(points).toBe(before + 1);
  const { url } = service;
  expect(await get(`${url}/healthz`)).toEqual({ status: 200, text: '{"status":"ok"}' });
  await expect.poll(async () => (await get(`${url}/readyz`)).status).toBe(200);
  await expect.poll(() => metric(url, 'siterecovery_replication_cycles_total{result="succeeded"}')).toBe(1);
  expect(await metric(url, "siterecovery_replication_changed_bytes_total")).toBe(512 * 1024);
  expect(await metric(url, "siterecovery_replication_cycle_duration_seconds_count")).toBe(1);
  expect(await metric(url, "siterecovery_machine_rpo_seconds")).toBeGreaterThan(0);
  expect(await metric(url, "siterecovery_machine_rpo_threshold_seconds")).toBeGreaterThan(300);
  expect(await metric(url, "siterecovery_running_work")).toBe(0);
  await expect.poll(() => metric(url, 'siterecovery_verifications_total{result="sound"}')).toBe(1);
  expect(await metric(url, "siterecovery_verified_bytes_total")).toBeDefined();
  expect((await get(`${url}/machines`)).status).toBe(404);
  expect((await get(`${url}/`)).text).toContain("Would they come back?");
  // A page that is open does not keep the service from ending.
  const open = http.get(`${url}/looks`, { agent: false }).on("error", () => undefined);
  await new Promise((resolve) => open.once("response", resolve));
  // A page elsewhere whose name leads to this computer reads nothing.
  expect((await get(`${url}/metrics`, { host: "evil.example" })).status).toBe(421);
  const { code, events, stderr } = await service.stop();
  expect([code, events.at(-1)]).toEqual([0, { event: "ended", cutShort: [] }]);
  for (const event of events) expect(schemaErrors("serve", event)).toEqual([]);
  const lines = stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { msg: string });
  expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(["cycle ended", "stopping"]));
});

it("tells of what is wrong, and again when it is over, though it was killed between", async () => {
  const told: { type: string; data: { subject: string; code: string } }[] = [];
  const server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      told.push(JSON.parse(body) as (typeof told)[number]);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const config = path.join(site.folder, "service.yaml");
  const { port } = server.address() as AddressInfo;
  fs.writeFileSync(
    config,
    `lookSeconds: 5\nchannels:\n  - { name: ops, webhook: { url: "http://127.0.0.1:${port}" } }\n`,
  );
  const machine = path.join(site.folder, "hv1", "web1");
  const aside = path.join(site.folder, "aside");
  fs.renameSync(machine, aside);
  const first = await serve("--config", config);
  const ofMachine = (): string[] =>
    told.filter(({ data }) => data.code === "MachineMissing").map(({ type }) => type);
  await expect.poll(ofMachine).toEqual(["AlertRaised"]);
  await first.stop("SIGKILL");
  fs.renameSync(aside, machine);
  const second = await serve("--config", config);
  await expect.poll(ofMachine).toEqual(["AlertRaised", "AlertCleared"]);
  expect(
    await metric(second.url, 'siterecovery_notifications_total{channel="ops",result="delivered"}'),
  ).toBeGreaterThan(0);
  await second.stop();
  const list = await runHere(site.engine.homeFolder, "notifications", "list");
  expect(list.stdout).toMatch(/ops\s+delivered\s+Over: web1: MachineMissing/);
});

it("does not begin with a port that is taken, a file that is wrong or a secret that is not there", async () => {
  const service = await serve();
  const taken = await runHere(site.engine.homeFolder, "serve", "--listen", new URL(service.url).host);
  expect([taken.code, taken.stderr]).toEqual([1, expect.stringMatching(/Port \d+ of 127.0.0.1 is in use/)]);
  await service.stop();
  const config = path.join(site.folder, "service.yaml");
  fs.writeFileSync(config, "channels: [{ name: ops }]");
  const wrong = await runHere(site.engine.homeFolder, "serve", "--config", config);
  expect(wrong.stderr).toContain(`${config}:1:12: channel 'ops' needs one of webhook, mail and command`);
  fs.writeFileSync(
    config,
    "channels: [{ name: ops, webhook: { urlFrom: { environmentVariable: NOT_SET_HERE } } }]",
  );
  const secret = await runHere(
    site.engine.homeFolder,
    "serve",
    "--listen",
    "127.0.0.1:0",
    "--config",
    config,
  );
  expect(secret.stderr).toMatch(/error: The environment variable NOT_SET_HERE of channel ops is not set/);
  const open = await runHere(site.engine.homeFolder, "serve", "--listen", "0.0.0.0:7080");
  expect([open.code, open.stderr]).toEqual([2, expect.stringMatching(/through a proxy/)]);
});

it("tests its channels, and says which of them does not work", async () => {
  const config = path.join(site.folder, "service.yaml");
  fs.writeFileSync(
    config,
    "channels:\n  - { name: well, command: ['true'] }\n  - { name: ill, command: ['false'] }\n",
  );
  const both = await runHere(site.engine.homeFolder, "notifications", "test", "--config", config);
  expect(both).toEqual({
    code: 1,
    stdout: "well: it took the test\n",
    stderr: "ill: error: false ended with code 1\n",
  });
  const one = await runHere(site.engine.homeFolder, "notifications", "test", "well", "--config", config);
  expect(one.code).toBe(0);
  const none = await runHere(site.engine.homeFolder, "notifications", "test", "wel", "--config", config);
  expect(none.stderr).toContain("There are: well, ill.");
});
