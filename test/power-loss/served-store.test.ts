/** What a target on the network has acknowledged survives a power cut, and a put that comes again after one is known. */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import path from "node:path";
import { Readable } from "node:stream";
import { expect, it } from "vitest";
import type { FileSystem } from "../../provider/blocks/file-system.ts";
import { systemClock } from "../../provider/clock.ts";
import type { PutRule } from "../../provider/ports/objects.ts";
import { randomHex, SeededRandom } from "../../provider/random.ts";
import { digestHeader } from "../../provider/drivers/objects-https/protocol.ts";
import { receiveBody } from "../../provider/target-server/receive-body.ts";
import { ServedStore } from "../../provider/target-server/served-store.ts";
import { ServingFolder } from "../../provider/target-server/serving-folder.ts";
import { survivals } from "../blocks/simulated-content.ts";
import { SimulatedDisk } from "../blocks/simulated-disk.ts";
import { killedAt } from "./killed-at.ts";

const seed = Number(process.env["SITERECOVERY_SEED"] ?? 1);
const root = "/srv/stores";

function serve(disk: FileSystem): { serving: ServingFolder; store: ServedStore } {
  const serving = new ServingFolder(disk, root, systemClock);
  return { serving, store: new ServedStore(disk, serving, "replicas") };
}

/** Former states that are kept of an object. */
function keptOf(disk: FileSystem, name: string): string[] {
  const folder = `${root}/.kept/replicas/${name}`;
  return disk.list(folder).map((entry) => {
    const file = disk.open(path.join(folder, entry), "read");
    const bytes = Buffer.alloc(file.size().sizeBytes);
    file.read(bytes, 0);
    file.close();
    return bytes.toString();
  });
}

async function contentOf(store: ServedStore, name: string): Promise<string | undefined> {
  const reader = await store.open(name);
  if (reader === undefined) return undefined;
  const bytes = Buffer.alloc(reader.sizeBytes);
  await reader.read(bytes, 0);
  await reader.close();
  return bytes.toString();
}

/** A put as a request makes it: the body is on the device before it gets its name. */
async function put(
  disk: FileSystem,
  { serving, store }: ReturnType<typeof serve>,
  wish: { name: string; rule: PutRule; number: string; text: string; bodyName: string; keepsFormer: boolean },
): Promise<string> {
  const { text, bodyName, ...rest } = wish;
  const bodyPath = serving.incoming(bodyName);
  const body = Buffer.from(text);
  const digest = digestHeader(createHash("sha256").update(body).digest());
  const request = Object.assign(Readable.from([body]), { headers: { "content-digest": digest } });
  await receiveBody(request as unknown as IncomingMessage, disk, bodyPath, body.length);
  try {
    return await store.put({ ...rest, bodyPath, sizeBytes: body.length });
  } finally {
    disk.remove(bodyPath);
  }
}

it("keeps what was acknowledged, and knows a put again, whatever the power cut leaves of the rest", async () => {
  const random = new SeededRandom(seed);
  const disk = new SimulatedDisk();
  for (const folder of [root, `${root}/replicas`]) disk.makeFolder(folder);
  for (const folder of ["/", "/srv", root]) disk.syncFolder(folder);
  const served = serve(disk);
  const known = new Map<string, string>();
  const removed = new Set<string>();
  const kept: [name: string, content: string][] = [];
  for (let turn = 0; turn < 120; turn += 1) {
    const name = `machines/${random.integer(3)}/points/${random.integer(5)}`;
    const number = randomHex(random, 16);
    const keepsFormer = random.integer(2) === 0;
    const text = `${turn} ${"x".repeat(random.integer(5000))}`;
    const wish = { name, rule: "replace" as PutRule, number, text, keepsFormer };
    if (random.integer(4) === 0) {
      await served.store.remove([name]);
      known.delete(name);
      removed.add(name);
    } else {
      const former = known.get(name);
      if (former === undefined) wish.rule = "ifAbsent";
      else if (keepsFormer) kept.push([name, former]);
      expect(await put(disk, served, { ...wish, bodyName: `a${turn}` })).not.toBe("lost");
      known.set(name, text);
      removed.delete(name);
    }
    const after = disk.clone();
    after.losePower(Object.values(survivals)[turn % 4]!, random);
    const again = serve(after);
    for (const [one, content] of known)
      expect(await contentOf(again.store, one), `${one} at ${turn}`).toBe(content);
    for (const one of removed) expect(await contentOf(again.store, one), `${one} at ${turn}`).toBeUndefined();
    for (const [one, content] of kept)
      expect(keptOf(after, one), `kept of ${one} at ${turn}`).toContain(content);
    if (known.get(name) !== text) continue;
    // The answer got lost in the power cut: the client sends the put again.
    expect(await put(after, again, { ...wish, bodyName: `b${turn}` })).not.toBe("lost");
    expect(
      await put(after, again, {
        ...wish,
        rule: "ifAbsent",
        number: randomHex(random, 16),
        bodyName: `c${turn}`,
      }),
    ).toBe("lost");
    expect(await contentOf(again.store, name)).toBe(text);
  }
});

it("acknowledges a put that comes again only when its name is durable, which a killed server had not made so", async () => {
  const disk = new SimulatedDisk();
  for (const folder of [root, `${root}/replicas`]) disk.makeFolder(folder);
  for (const folder of ["/", "/srv", root]) disk.syncFolder(folder);
  const wish = { name: "roster", rule: "ifAbsent" as PutRule, text: "one", keepsFormer: false };
  const number = "0".repeat(32);
  // The server ends between the name and its sync.
  const ending = new Proxy(disk, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property);
      if (property === "syncFolder") {
        return (folder: string) => {
          if (folder === `${root}/replicas`) throw new Error("ended");
          target.syncFolder(folder);
        };
      }
      return typeof value === "function" ? (value as () => unknown).bind(target) : value;
    },
  });
  const first = put(ending, serve(ending), { ...wish, number, bodyName: "a" });
  await expect(first).rejects.toThrow("ended");
  const again = disk.clone();
  expect(await put(again, serve(again), { ...wish, number, bodyName: "b" })).not.toBe("lost");
  again.losePower(survivals.none, new SeededRandom(1));
  expect(await contentOf(serve(again).store, "roster")).toBe("one");
});

it("takes a put that comes again after a kill at any call, with each rule", async () => {
  for (const isThere of [false, true]) {
    for (const keepsFormer of [false, true]) {
      let isOver = false;
      for (let call = 0; !isOver; call += 1) {
        const disk = new SimulatedDisk();
        for (const folder of [root, `${root}/replicas`]) disk.makeFolder(folder);
        for (const folder of ["/", "/srv", root]) disk.syncFolder(folder);
        const before = serve(disk);
        const other = {
          name: "a/roster",
          rule: "ifAbsent" as PutRule,
          number: "1".repeat(32),
          text: "former",
          keepsFormer,
        };
        const tag = isThere ? await put(disk, before, { ...other, bodyName: "o" }) : undefined;
        const wish = {
          name: "a/roster",
          rule: tag === undefined ? ("ifAbsent" as PutRule) : { ifTag: tag },
          number: "0".repeat(32),
          text: "one",
          keepsFormer,
        };
        const killed = killedAt(disk, call);
        const serving = new ServedStore(killed.disk, before.serving, "replicas");
        const first = put(
          killed.disk,
          { serving: before.serving, store: serving },
          { ...wish, bodyName: "a" },
        );
        await first.catch((error: unknown) => {
          if (!killed.wasKilled()) throw error;
        });
        isOver = !killed.wasKilled();
        const again = disk.clone();
        const where = `killed at call ${call}, ${isThere}, ${keepsFormer}`;
        expect(await put(again, serve(again), { ...wish, bodyName: "b" }), where).not.toBe("lost");
        again.losePower(survivals.none, new SeededRandom(1));
        expect(await contentOf(serve(again).store, "a/roster"), where).toBe("one");
        if (isThere && keepsFormer) expect(keptOf(again, "a/roster"), where).toContain("former");
      }
    }
  }
});
