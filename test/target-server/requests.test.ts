/** What a target on the network does with requests that are none of its driver's, and with what is in its folder. */
import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import {
  digestHeader,
  protocolHeader,
  putNumberHeader,
} from "../../provider/drivers/objects-https/protocol.ts";
import { type FileSystem, localFileSystem } from "../../provider/blocks/file-system.ts";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { serveTarget } from "../../provider/target-server/serve-target.ts";
import { contentOf, namesOf, patterned } from "../conformance/objects/place-for-tests.ts";
import { SecondSite } from "../conformance/servers/target-server.ts";
import { ask, useSecondSite } from "./place.ts";

const site = useSecondSite();
const body = Buffer.from("the body");

function putHeaders(bytes: Buffer, more: Record<string, string> = {}): Record<string, string> {
  return {
    "content-digest": digestHeader(createHash("sha256").update(bytes).digest()),
    [putNumberHeader]: randomBytes(16).toString("hex"),
    ...more,
  };
}

function incoming(): string[] {
  return fs.readdirSync(path.join(site.served, ".serving", "incoming"));
}

it("takes a put of the protocol, and tells what there is", async () => {
  const store = site.newStore();
  const headers = putHeaders(body, { "if-none-match": "*" });
  const put = await ask(site, { method: "PUT", path: `/${store}/a/one`, headers, body });
  expect(put).toMatchObject({ status: 200, text: "" });
  const got = await ask(site, { path: `/${store}/a/one` });
  expect(got).toMatchObject({
    status: 200,
    text: "the body",
    headers: { etag: put.headers["etag"], "content-length": "8" },
  });
  const range = await ask(site, { path: `/${store}/a/one`, headers: { range: "bytes=4-100" } });
  expect(range).toMatchObject({ status: 206, text: "body", headers: { "content-range": "bytes 4-7/8" } });
  const list = await ask(site, { path: `/${store}?list=&prefix=a/&limit=1` });
  expect(JSON.parse(list.text)).toMatchObject({ objects: [{ name: "a/one", sizeBytes: 8 }], more: false });
  expect(JSON.parse((await ask(site, { path: `/${store}?about=` })).text)).toMatchObject({
    rights: "writer",
    readOnly: false,
  });
});

it.each([
  ["GET", "/store-1/../trust/ca.key", {}],
  ["GET", "/store-1/..", {}],
  ["GET", "/store-1/%2e%2e/trust/ca.key", {}],
  ["GET", "/store-1/a%2fb", {}],
  ["GET", "/store-1//etc/passwd", {}],
  ["GET", "/.serving/lock", {}],
  ["GET", "/.kept/x", {}],
  ["GET", "//etc/passwd", {}],
  ["GET", "https://127.0.0.1/store-1/one", {}],
  ["GET", "/", {}],
  ["GET", "/store-1", {}],
  ["GET", "/store-1?list=&prefix=../", {}],
  ["GET", "/store-1?list=&limit=0", {}],
  ["POST", "/store-1?other=", {}],
  ["DELETE", "/store-1/one", {}],
  ["PATCH", "/store-1/one", {}],
  ["PUT", "/store-1/one?x=1", {}],
  ["GET", "/store-1?about=", { [protocolHeader]: "2" }],
])("refuses %s %s", async (method, target, headers) => {
  site.newStore();
  const answer = await ask(site, { method, path: target, headers });
  expect(answer.status).toBe(400);
  expect(answer.problem).toMatch(/^(Bad(Request|Name)|OtherVersion)$/);
});

it.each([
  ["without a number", { [putNumberHeader]: "" }, "BadRequest"],
  ["with a number that is none", { [putNumberHeader]: "../../x" }, "BadRequest"],
  ["with two rules", { "if-none-match": "*", "if-match": '"a"' }, "BadRequest"],
  ["with a rule that is none", { "if-match": "*" }, "BadRequest"],
  ["of other bytes than its digest says", { "content-digest": digestHeader(Buffer.alloc(32)) }, "BadDigest"],
  ["under a name of what is being written", {}, "BadName"],
])("refuses a put %s, and changes nothing", async (what, headers, problem) => {
  const store = site.newStore();
  const name = problem === "BadName" ? "one.new" : "one";
  const answer = await ask(site, {
    method: "PUT",
    path: `/${store}/${name}`,
    headers: putHeaders(body, headers),
    body,
  });
  expect(answer.problem, what).toBe(problem);
  expect(fs.readdirSync(path.join(site.served, store))).toEqual([]);
  expect(incoming()).toEqual([]);
});

it("takes no body without a length or a digest, and none beyond its limit", async () => {
  const other = new SecondSite();
  onTestFinished(async () => {
    await other.stop();
    other.remove();
  });
  const store = other.newStore();
  await other.start({ objectBytesMax: 1000 });
  const { "content-digest": _digest, ...without } = putHeaders(body);
  expect((await ask(other, { method: "PUT", path: `/${store}/one`, headers: without, body })).problem).toBe(
    "BadRequest",
  );
  const chunked = putHeaders(body, { "transfer-encoding": "chunked" });
  expect((await ask(other, { method: "PUT", path: `/${store}/one`, headers: chunked, body })).problem).toBe(
    "BadRequest",
  );
  const objects = other.open(other.settings(store));
  await expect(objects.put("large", patterned(1001), "ifAbsent")).rejects.toMatchObject({ code: "DiskFull" });
  // It is refused before it goes.
  await expect(objects.put("huge", patterned(8 * 1_048_576), "ifAbsent")).rejects.toMatchObject({
    code: "DiskFull",
  });
  expect(await objects.put("small", patterned(1000), "ifAbsent")).not.toBe("lost");
  expect(await namesOf(objects, "")).toEqual(["small"]);
  const long = { "x-long": "x".repeat(20_000) };
  expect((await ask(other, { path: `/${store}/small`, headers: long })).status).toBe(431);
});

it("follows no link out of a store", async () => {
  const store = site.newStore();
  const outside = path.join(site.folder, `outside-${store}`);
  fs.mkdirSync(outside);
  fs.writeFileSync(path.join(outside, "secret"), "secret");
  fs.symlinkSync(outside, path.join(site.served, store, "folder"));
  fs.symlinkSync(path.join(outside, "secret"), path.join(site.served, store, "file"));
  fs.symlinkSync(outside, path.join(site.served, `linked-${store}`));
  const objects = site.open(site.settings(store));
  await objects.put("real", body, "ifAbsent");
  expect(await namesOf(objects, "")).toEqual(["real"]);
  for (const work of [
    () => objects.get("file"),
    () => objects.get("folder/secret"),
    () => objects.put("folder/new", body, "ifAbsent"),
    () => objects.put("file", body, "replace"),
    () => objects.remove(["folder/secret"]),
    () => objects.remove(["file"]),
    () => namesOf(objects, "folder/"),
    () => objects.sweep("folder"),
  ]) {
    await expect(work()).rejects.toMatchObject({
      code: "IoFailed",
      message: expect.stringMatching(/BadName/) as string,
    });
  }
  await expect(site.open(site.settings(`linked-${store}`)).get("secret")).rejects.toMatchObject({
    code: "TargetUnreachable",
  });
  expect(fs.readdirSync(outside)).toEqual(["secret"]);
});

it("removes objects, and never a folder of them", async () => {
  const store = site.newStore();
  const objects = site.open(site.settings(store));
  for (const name of ["machines/a/1", "machines/b"]) await objects.put(name, body, "ifAbsent");
  await objects.remove(["machines", "machines/a"]);
  expect(await namesOf(objects, "")).toEqual(["machines/a/1", "machines/b"]);
});

it("leaves nothing of a body that is cut, and ends a connection that says nothing", async () => {
  const other = new SecondSite();
  onTestFinished(async () => {
    await other.stop();
    other.remove();
  });
  const store = other.newStore();
  await other.start({ idleMilliseconds: 300 });
  const headers = putHeaders(body, { "content-length": "1000" });
  await expect(ask(other, { method: "PUT", path: `/${store}/one`, headers, body })).rejects.toThrow(
    /ECONNRESET|hang up/,
  );
  await expect.poll(() => fs.readdirSync(path.join(other.served, ".serving", "incoming"))).toEqual([]);
  expect(await contentOf(other.open(other.settings(store)), "one")).toBeUndefined();
  const silent = net.connect(other.port, "127.0.0.1");
  await new Promise((resolve) => silent.once("close", resolve).on("error", () => undefined));
}, 30_000);

it("answers that there is no room when the disk gets full within a body, and keeps what there is", async () => {
  const other = new SecondSite();
  onTestFinished(async () => {
    await other.stop();
    other.remove();
  });
  const store = other.newStore();
  let isFull = false;
  const open: FileSystem["open"] = (filePath, mode) => {
    const file = localFileSystem.open(filePath, mode);
    const write = file.write.bind(file);
    file.write = (bytes, position) => {
      if (isFull) throw new SiteRecoveryError("DiskFull", "No space left.");
      write(bytes, position);
    };
    return file;
  };
  await other.start({ files: { ...localFileSystem, open } });
  const objects = other.open(other.settings(store));
  await objects.put("one", body, "ifAbsent");
  isFull = true;
  for (const bytes of [body, patterned(3 * 1_048_576)]) {
    await expect(objects.put("one", bytes, "replace")).rejects.toMatchObject({
      code: "DiskFull",
      message: expect.stringMatching(/507 NoRoom/) as string,
    });
  }
  expect(await contentOf(objects, "one")).toBe("the body");
  isFull = false;
  expect(await objects.put("one", patterned(3 * 1_048_576), "replace")).not.toBe("lost");
  expect(fs.readdirSync(path.join(other.served, ".serving", "incoming"))).toEqual([]);
  expect(other.notices.join("\n")).toMatch(/writer was refused \(PUT NoRoom\)/);
});

it("refuses by NoRoom what would take the reserve, but claims", async () => {
  const other = new SecondSite();
  onTestFinished(async () => {
    await other.stop();
    other.remove();
  });
  const store = other.newStore();
  await other.start({ files: { ...localFileSystem, freeBytes: () => 16 * 1_048_576 } });
  const objects = other.open(other.settings(store));
  await expect(objects.put("one", body, "ifAbsent")).rejects.toMatchObject({ code: "DiskFull" });
  expect(await objects.put("claims/a", body, "ifAbsent")).not.toBe("lost");
});

it("serves a folder once, and keeps to the address that is given", async () => {
  await expect(site.start()).rejects.toMatchObject({
    code: "Busy",
    message: expect.stringMatching(/Another server/) as string,
  });
  const other = new SecondSite();
  onTestFinished(() => other.remove());
  fs.mkdirSync(other.served);
  const options = {
    folder: other.served,
    trustFolder: other.trust.folder,
    host: "127.0.0.1",
    port: site.port,
    readOnly: false,
    keptDays: 1,
    onNotice: () => undefined,
  };
  await expect(serveTarget(options)).rejects.toMatchObject({
    message: expect.stringMatching(/another program listens/) as string,
  });
  // What could not listen has given the folder free.
  const server = await serveTarget({ ...options, port: 0 });
  expect(server).toMatchObject({ host: "127.0.0.1", stores: [] });
  await server.close();
});

it("finishes what runs before it ends, and takes nothing new", async () => {
  const other = new SecondSite();
  onTestFinished(() => other.remove());
  const store = other.newStore();
  await other.start();
  const objects = other.open(other.settings(store));
  await objects.put("before", body, "ifAbsent");
  const bytes = patterned(24 * 1_048_576);
  const running = objects.put("running", bytes, "ifAbsent");
  const incoming = path.join(other.served, ".serving", "incoming");
  await expect.poll(() => fs.readdirSync(incoming), { interval: 1 }).not.toEqual([]);
  const server = other.stopLater();
  expect(await running).not.toBe("lost");
  await server;
  expect(fs.statSync(path.join(other.served, store, "running")).size).toBe(bytes.length);
  const late = other.open(other.settings(store), { deadlineMilliseconds: 200 });
  await expect(late.get("before")).rejects.toMatchObject({ code: "TargetUnreachable" });
  await other.stop();
});
