/** What the driver of a second site makes of a line and a server that fail. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import type { HttpsObjects } from "../../../provider/drivers/objects-https/https-objects.ts";
import { digestHeader, putNumberHeader } from "../../../provider/drivers/objects-https/protocol.ts";
import type { RemotePorts } from "../../../provider/drivers/remote-ports.ts";
import { type FaultProxy, startFaultProxy } from "../fault-proxy.ts";
import { SecondSite } from "../servers/target-server.ts";
import { ask } from "../../target-server/place.ts";
import { fileWith, namesOf, patterned } from "./place-for-tests.ts";

const site = new SecondSite();

beforeAll(async () => {
  await site.start();
});

afterAll(async () => {
  await site.stop();
  site.remove();
});

async function behind(
  faultOf: Parameters<typeof startFaultProxy>[1],
  ports: RemotePorts = {},
): Promise<{ objects: HttpsObjects; direct: HttpsObjects; proxy: FaultProxy; store: string }> {
  const store = site.newStore();
  const read = (file: string): string => fs.readFileSync(file, "utf8");
  const proxy = await startFaultProxy(site.port, faultOf, {
    server: read(path.join(site.trust.folder, "server.pem")),
    client: read(site.trust.clientFile("writer")),
    authority: read(site.trust.authorityFile),
  });
  const objects = site.open(site.settings(store, "writer", proxy.port), ports);
  onTestFinished(async () => {
    await objects.close();
    await proxy.stop();
  });
  return { objects, direct: site.open(site.settings(store)), proxy, store };
}

it.each(["answerLost", "twice"] as const)(
  "knows its own object again (%s), and nobody else's",
  async (kind) => {
    let puts = 0;
    const { objects, direct } = await behind(
      (request) => {
        if (request.method !== "PUT") return undefined;
        puts += 1;
        return puts % 2 === 1 ? { kind } : undefined;
      },
      { deadlineMilliseconds: 2000 },
    );
    const first = await objects.put("one", Buffer.from("a"), "ifAbsent");
    expect(await direct.get("one")).toEqual({ bytes: Buffer.from("a"), tag: first });
    const second = await objects.put("one", Buffer.from("b"), { ifTag: first });
    expect(await direct.get("one")).toEqual({ bytes: Buffer.from("b"), tag: second });
    // The same bytes of somebody else are not its own.
    expect(await objects.put("one", Buffer.from("b"), "ifAbsent")).toBe("lost");
    expect(await objects.put("one", Buffer.from("c"), { ifTag: first })).toBe("lost");
    expect((await direct.get("one"))?.tag).toBe(second);
  },
);

it("puts a file once whose answer got lost, and takes it away", async () => {
  let puts = 0;
  const { objects, direct } = await behind((request) => {
    if (request.method !== "PUT") return undefined;
    puts += 1;
    return puts === 1 ? { kind: "answerLost" } : undefined;
  });
  const bytes = patterned(3 * 1_048_576);
  const file = fileWith(bytes);
  expect(await objects.put("big", file, "ifAbsent")).not.toBe("lost");
  expect(puts).toBe(2);
  expect(fs.existsSync(file.path)).toBe(false);
  expect((await direct.get("big"))?.bytes.equals(bytes)).toBe(true);
});

it("does not do again what was done, when an old request comes late", async () => {
  const { objects, direct, store } = await behind(() => undefined);
  const tag = await objects.put("one", Buffer.from("a"), "replace");
  expect(tag).not.toBe("lost");
  // The receipts are files: the number of the put that was done is the name of one.
  const receipts = path.join(site.served, ".serving", "receipts");
  const newest = fs
    .readdirSync(receipts)
    .map((name) => ({ name, time: fs.statSync(path.join(receipts, name)).mtimeMs }))
    .sort((one, other) => other.time - one.time)[0]!;
  await direct.put("one", Buffer.from("b"), "replace");
  const answer = await ask(site, {
    method: "PUT",
    path: `/${store}/one`,
    headers: {
      "content-digest": digestHeader(createHash("sha256").update("a").digest()),
      [putNumberHeader]: newest.name.replace(".done", ""),
    },
    body: Buffer.from("a"),
  });
  expect(answer.problem).toBe("ConditionLost");
  expect((await direct.get("one"))?.bytes.toString()).toBe("b");
});

it.each([429, 503])(
  "waits as long as a server asks for that answers %i, and not beyond its deadline",
  async (status) => {
    const throttled = { kind: "status", status, headers: { "retry-after": "1" } } as const;
    const { objects, proxy } = await behind((_request, number) => (number <= 2 ? throttled : undefined));
    const began = Date.now();
    expect(await objects.put("one", Buffer.from("a"), "ifAbsent")).not.toBe("lost");
    expect(Date.now() - began).toBeGreaterThanOrEqual(1990);
    expect(proxy.requests).toHaveLength(3);
    const always = await behind(() => throttled, { deadlineMilliseconds: 500 });
    const error = always.objects.put("one", Buffer.from("a"), "ifAbsent");
    await expect(error).rejects.toMatchObject({ code: "TargetUnreachable" });
    expect(always.proxy.requests).toHaveLength(1);
  },
);

it("gives a request the time that its bytes take on a slow line", async () => {
  const { objects, proxy } = await behind(() => ({ kind: "late", milliseconds: 500 }), {
    attemptMilliseconds: 200,
    deadlineMilliseconds: 300,
  });
  await expect(objects.put("small", Buffer.from("a"), "ifAbsent")).rejects.toMatchObject({
    code: "TargetUnreachable",
  });
  const before = proxy.requests.length;
  expect(await objects.put("large", patterned(1_048_576), "ifAbsent")).not.toBe("lost");
  expect(proxy.requests).toHaveLength(before + 1);
});

it("reads the whole range when the line breaks within it, and gives up a silent server", async () => {
  const bytes = patterned(200_000);
  let cuts = 0;
  const { objects, direct } = await behind((request) => {
    if (request.method !== "GET" || cuts === 2) return undefined;
    cuts += 1;
    return { kind: "answerCut", afterBytes: cuts * 50_001 };
  });
  await direct.put("one", bytes, "ifAbsent");
  expect((await objects.get("one"))?.bytes.equals(bytes)).toBe(true);
  expect(cuts).toBe(2);
  const silent = await behind(() => ({ kind: "silence" }), {
    attemptMilliseconds: 100,
    deadlineMilliseconds: 2000,
  });
  await expect(silent.objects.facts("one")).rejects.toMatchObject({ code: "TargetUnreachable" });
  expect(silent.proxy.requests.length).toBeGreaterThan(1);
});

it("lists all names although pages are cut, and stops when it is told to", async () => {
  let cuts = 0;
  const { objects, direct } = await behind((request) => {
    if (request.method !== "GET" || cuts === 3) return undefined;
    cuts += 1;
    return { kind: "answerCut", afterBytes: 7 };
  });
  const names = Array.from({ length: 45 }, (_, index) => `a/${String(index).padStart(3, "0")}`);
  for (const name of names) await direct.put(name, Buffer.from(name), "ifAbsent");
  expect(await namesOf(objects, "a/")).toEqual(names);
  const silent = await behind(() => ({ kind: "silence" }));
  const stop = new AbortController();
  const read = silent.objects.get("one", stop.signal);
  setTimeout(() => stop.abort(), 100);
  await expect(read).rejects.toMatchObject({ code: "Cancelled" });
});

it("says when there is no server, and takes no other program for one", async () => {
  const store = site.newStore();
  const away = site.open(site.settings(store, "writer", 9), { deadlineMilliseconds: 500 });
  await expect(away.get("one")).rejects.toMatchObject({
    code: "TargetUnreachable",
    message: expect.stringMatching(/does not answer \(ECONNREFUSED\)/) as string,
  });
  const { objects } = await behind(() => ({ kind: "status", status: 200, body: "<html>" }));
  await expect(objects.get("one")).rejects.toMatchObject({
    code: "IoFailed",
    message: expect.stringMatching(/another program answers there/) as string,
  });
});

it("shows nothing of a key", async () => {
  const settings = site.settings(site.newStore());
  const file = path.join(site.folder, "canary.pem");
  const pem = fs.readFileSync(site.trust.clientFile("writer"), "utf8");
  const key = pem.slice(pem.indexOf("-----BEGIN PRIVATE KEY"));
  const certificate = pem.slice(0, pem.indexOf("-----BEGIN PRIVATE KEY"));
  const texts = [key, certificate, `${certificate}${key.slice(0, 80)}`, "canary", ""];
  for (const text of texts) {
    fs.writeFileSync(file, text, { mode: 0o600 });
    const objects = site.open({ ...settings, credentials: { file } });
    const error = await objects.get("one").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "InvalidInput" });
    const { message, stack, cause } = error as Error;
    const shown = JSON.stringify([message, stack, cause, objects.place, objects.address]);
    for (const secret of ["PRIVATE", key.split("\n")[1]!.slice(0, 30)]) expect(shown).not.toContain(secret);
  }
  fs.writeFileSync(file, pem, { mode: 0o644 });
  fs.chmodSync(file, 0o644);
  await expect(site.open({ ...settings, credentials: { file } }).get("one")).rejects.toThrow(/chmod 600/);
  const none = { ...settings, certificateAuthorityFile: file };
  fs.writeFileSync(file, "no certificate");
  await expect(site.open(none).get("one")).rejects.toThrow(/holds no certificate/);
});
