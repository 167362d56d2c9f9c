/** Who may do what at a target on the network. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock, VirtualClock } from "../../provider/clock.ts";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { systemRandom } from "../../provider/random.ts";
import { TrustFolder } from "../../provider/trust/trust-folder.ts";
import { contentOf, namesOf } from "../conformance/objects/place-for-tests.ts";
import { SecondSite } from "../conformance/servers/target-server.ts";
import { ask, useSecondSite } from "./place.ts";

const site = useSecondSite();
const one = Buffer.from("one");
const two = Buffer.from("two");

const refused = (text: RegExp) => ({
  code: "TargetUnreachable",
  message: expect.stringMatching(text) as string,
});

function keptBelow(store: string): string[] {
  const folder = path.join(site.served, ".kept", store);
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "utf8"));
}

describe("rights", () => {
  it("a reader reads, and changes nothing", async () => {
    const store = site.newStore();
    site.addClient("reading", "reader", [store]);
    await site.open(site.settings(store)).put("a/one", one, "ifAbsent");
    const reader = site.open(site.settings(store, "reading"));
    expect(await contentOf(reader, "a/one")).toBe("one");
    expect(await namesOf(reader, "")).toEqual(["a/one"]);
    for (const change of [
      () => reader.put("a/two", two, "ifAbsent"),
      () => reader.put("a/one", two, "replace"),
      () => reader.remove(["a/one"]),
      () => reader.sweep("a"),
    ]) {
      await expect(change()).rejects.toMatchObject(
        refused(/does not allow it to this computer.*403 NotAllowed/),
      );
    }
    expect(await contentOf(reader, "a/one")).toBe("one");
  });

  it("a writer without delete removes nothing but claims, and what it replaces is kept", async () => {
    const store = site.newStore();
    site.addClient("machine", "writer-without-delete", [store]);
    const writer = site.open(site.settings(store, "machine"));
    const first = await writer.put("roster", one, "ifAbsent");
    expect(await writer.put("roster", two, { ifTag: first })).not.toBe("lost");
    expect(await writer.put("roster", Buffer.from("three"), "replace")).not.toBe("lost");
    expect(await writer.put("roster", Buffer.from("lost"), { ifTag: first })).toBe("lost");
    expect(keptBelow(store).sort()).toEqual(["one", "two"]);
    await expect(writer.remove(["roster"])).rejects.toMatchObject(refused(/NotAllowed/));
    await writer.put("claims/machines/a/writer.claim", one, "ifAbsent");
    await writer.put("claims/machines/a/writer.claim", two, "replace");
    await expect(writer.remove(["claims/machines/a/writer.claim", "roster"])).rejects.toMatchObject(
      refused(/NotAllowed/),
    );
    await writer.remove(["claims/machines/a/writer.claim"]);
    expect(await namesOf(writer, "")).toEqual(["roster"]);
    expect(keptBelow(store)).toHaveLength(2);
    // Whoever may delete leaves nothing behind.
    const all = site.open(site.settings(store));
    await all.put("roster", one, "replace");
    await all.remove(["roster"]);
    expect(keptBelow(store)).toHaveLength(2);
  });

  it("a client uses its stores and prefixes alone, and sees nothing of the others", async () => {
    const [mine, others] = [site.newStore(), site.newStore()];
    site.addClient("bounded", "writer", [`${mine}/machines/a`]);
    const all = site.open(site.settings(mine));
    for (const name of ["machines/a/1", "machines/ab/1", "store.key"]) await all.put(name, one, "ifAbsent");
    const bounded = site.open(site.settings(mine, "bounded"));
    expect(await namesOf(bounded, "machines/a")).toEqual(["machines/a/1"]);
    expect(await contentOf(bounded, "machines/a/1")).toBe("one");
    expect(await bounded.now()).toBeGreaterThan(0);
    for (const beyond of [
      () => bounded.get("store.key"),
      () => bounded.facts("machines/ab/1"),
      () => namesOf(bounded, ""),
      () => namesOf(bounded, "machines/"),
      () => bounded.put("machines/b/1", one, "ifAbsent"),
      () => bounded.remove(["machines/a/1", "machines/ab/1"]),
      () => site.open(site.settings(others, "bounded")).get("one"),
      () => site.open(site.settings("none", "bounded")).get("one"),
    ]) {
      await expect(beyond()).rejects.toMatchObject(refused(/NotAllowed/));
    }
    expect(await contentOf(all, "machines/a/1")).toBe("one");
  });
});

describe("who is let in", () => {
  it("a client whose line was removed is refused at its next request, on the connection that it has", async () => {
    const store = site.newStore();
    site.addClient("leaving", "writer", [store]);
    const leaving = site.open(site.settings(store, "leaving"));
    await leaving.put("one", one, "ifAbsent");
    const list = fs.readFileSync(site.trust.clientsFile, "utf8");
    fs.writeFileSync(
      site.trust.clientsFile,
      list
        .split("\n")
        .filter((line) => !line.startsWith("leaving "))
        .join("\n"),
    );
    await expect(leaving.get("one")).rejects.toMatchObject(refused(/403 NotAdmitted.*in the list/));
    fs.writeFileSync(site.trust.clientsFile, list);
    expect(await contentOf(leaving, "one")).toBe("one");
  });

  it("nobody is let in while the list cannot be read, and everybody after it was mended", async () => {
    const store = site.newStore();
    const objects = site.open(site.settings(store), { deadlineMilliseconds: 300 });
    const list = fs.readFileSync(site.trust.clientsFile, "utf8");
    fs.writeFileSync(site.trust.clientsFile, `${list}half a line\n`);
    try {
      await expect(objects.put("one", one, "ifAbsent")).rejects.toMatchObject({ code: "TargetUnreachable" });
      expect(site.notices.join("\n")).toMatch(/Line \d+ of .*clients\.txt is no client/);
    } finally {
      fs.writeFileSync(site.trust.clientsFile, list);
    }
    expect(await objects.put("one", one, "ifAbsent")).not.toBe("lost");
  });

  it("a program without a certificate, or with one of another authority, gets no answer", async () => {
    await expect(ask(site, { path: "/store-1?about=", client: null })).rejects.toThrow(
      /ECONNRESET|socket hang up|ALERT/,
    );
    const other = new SecondSite();
    onTestFinished(() => other.remove());
    const settings = {
      ...site.settings(site.newStore()),
      credentials: { file: other.trust.clientFile("writer") },
    };
    const stranger = site.open(settings, { deadlineMilliseconds: 300 });
    await expect(stranger.get("one")).rejects.toMatchObject({ code: "TargetUnreachable" });
    // The other way round: a server of another authority is not trusted.
    const wrong = { ...site.settings(site.newStore()), certificateAuthorityFile: other.trust.authorityFile };
    await expect(site.open(wrong).get("one")).rejects.toMatchObject(
      refused(/certificate .* cannot be trusted/),
    );
  });

  it("a certificate whose time is over says so, and a clock that is off is named", async () => {
    const clock = new VirtualClock(Date.now() - 3 * 86_400_000);
    const past = new TrustFolder(site.trust.folder, { files: localFileSystem, clock, random: systemRandom });
    past.letIn({ name: "former", rights: "writer", within: [] }, 1);
    const former = site.open(site.settings(site.newStore(), "former"));
    await expect(former.get("one")).rejects.toMatchObject(refused(/has ended: it answers 403 NotInItsTime/));
    const behind = { ...systemClock, now: () => Date.now() - 3_600_000 };
    const off = site.open(site.settings(site.newStore(), "former"), { clock: behind });
    await expect(off.get("one")).rejects.toMatchObject(
      refused(/clock of this computer is 60 minutes behind/),
    );
  });
});

it("serves for reading only, and nothing is made where there is no store", async () => {
  const other = new SecondSite();
  onTestFinished(async () => {
    await other.stop();
    other.remove();
  });
  const store = other.newStore();
  await other.start();
  await other.open(other.settings(store)).put("one", one, "ifAbsent");
  await other.stop();
  await other.start({ readOnly: true });
  const objects = other.open(other.settings(store));
  expect(await contentOf(objects, "one")).toBe("one");
  for (const change of [
    () => objects.put("two", two, "ifAbsent"),
    () => objects.remove(["one"]),
    () => objects.sweep(""),
  ]) {
    await expect(change()).rejects.toMatchObject(refused(/for reading only/));
  }
  const missing = other.open(other.settings("none"));
  await expect(missing.get("one")).rejects.toMatchObject(refused(/There is no store at .*Nothing is made/));
  expect(fs.existsSync(path.join(other.served, "none"))).toBe(false);
});

it("warns of certificates that end soon", async () => {
  // Those of these tests end in two days.
  await expect.poll(() => site.notices.join("\n")).toMatch(/certificate of the server ends in \d days? \(20/);
  expect(site.notices.join("\n")).not.toMatch(/certificate of the authority/);
});
