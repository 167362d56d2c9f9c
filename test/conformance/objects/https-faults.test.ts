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
import { describeFaults } from "./describe-faults.ts";
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

describeFaults("the driver of a second site", { behind });

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

it("lists all names although pages are cut, and stops at a signal", async () => {
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
