import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { ChildProcess } from "node:child_process";
import { afterEach, beforeEach, expect, it } from "vitest";
import { quiet, Site } from "../engine/fixture.ts";
import { NbdClient } from "../nbd/nbd-client.ts";
import { type Ended, runProgram, startProgram } from "./run-program.ts";

const content = randomBytes(512 * 1024);
let site: Site;
let home: string;
let overlay: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  content.fill(0, 65_536, 3 * 65_536);
  site = await Site.make({ content });
  home = path.join(site.folder, "home");
  overlay = path.join(site.folder, "web1.img");
  await site.protect();
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  site.remove();
});

interface Event {
  readonly event: string;
  readonly recoveryPoint?: { readonly id: string };
  readonly disks?: readonly { readonly diskId: string; readonly uri: string; readonly sizeBytes: number }[];
  readonly images?: readonly string[];
  readonly overlays?: readonly string[];
}

interface Attached {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** The next event that it prints. */
  event(): Promise<Event>;
  end(signal?: NodeJS.Signals): Promise<Ended>;
}

function attach(...more: string[]): Attached {
  const { child, ended } = startProgram(home, "attach", "web1", "--to", overlay, "--json", ...more);
  children.push(child);
  let text = "";
  let wake: () => void = () => undefined;
  child.stdout!.on("data", (data: Buffer) => {
    text += data.toString();
    wake();
  });
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    wake();
  });
  const event = async (): Promise<Event> => {
    for (;;) {
      const end = text.indexOf("\n");
      if (end >= 0) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        return JSON.parse(line) as Event;
      }
      if (isOver) throw new Error((await ended).stderr);
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const end = (signal: NodeJS.Signals = "SIGINT"): Promise<Ended> => {
    child.kill(signal);
    return ended;
  };
  return { child, ended, event, end };
}

async function client(uri: string): Promise<NbdClient> {
  const { hostname, port, pathname, searchParams } = new URL(uri);
  const socket = searchParams.get("socket");
  const nbd = new NbdClient(socket === null ? { host: hostname, port: Number(port) } : { path: socket });
  await nbd.greet();
  expect(await nbd.go(pathname.slice(1))).toBe(content.length);
  return nbd;
}

function stored(): string[] {
  const folder = path.join(home, "storage");
  return (fs.readdirSync(folder, { recursive: true }) as string[])
    .map((name) => path.join(folder, name))
    .filter((file) => fs.statSync(file).isFile() && !file.includes("/pins/"))
    .map((file) => `${file} ${fs.statSync(file).mtimeMs} ${fs.statSync(file).size}`)
    .sort();
}

it("serves a point at once, keeps what is written over another run, and leaves the replica alone", async () => {
  const before = stored();
  const first = attach();
  const attached = await first.event();
  expect(attached).toMatchObject({ event: "attached", disks: [{ diskId: "os", sizeBytes: content.length }] });
  const one = await client(attached.disks![0]!.uri);
  expect((await one.read(0, content.length)).equals(content)).toBe(true);
  expect(await one.write(100_000, Buffer.from("written"))).toBe(0);
  expect((await first.end()).code).toBe(0);
  expect(await first.event()).toEqual({ event: "ended", images: [], overlays: [overlay], discarded: false });
  await one.ended();

  const second = attach("--recovery-point", attached.recoveryPoint!.id, "--port", "0");
  const again = await second.event();
  expect(again.disks![0]!.uri).toMatch(/^nbd:\/\/127\.0\.0\.1:\d+\/os$/);
  const other = await client(again.disks![0]!.uri);
  const expected = Buffer.from(content);
  expected.write("written", 100_000);
  expect((await other.read(0, content.length)).equals(expected)).toBe(true);
  expect((await second.end("SIGTERM")).code).toBe(0);
  expect(stored()).toEqual(before);
  expect(fs.readFileSync(site.image).equals(content)).toBe(true);
});

it("--fill makes a whole raw image of it, with what was written, and holes where zeros are", async () => {
  const run = attach("--fill");
  const { disks } = await run.event();
  const nbd = await client(disks![0]!.uri);
  expect(await nbd.write(7, Buffer.from("mine"))).toBe(0);
  expect(await run.event()).toEqual({ event: "filled", images: [overlay] });
  expect((await run.end()).code).toBe(0);
  expect(await run.event()).toMatchObject({ event: "ended", images: [overlay], overlays: [] });
  const expected = Buffer.from(content);
  expected.write("mine", 7);
  expect(fs.readFileSync(overlay).equals(expected)).toBe(true);
  expect(fs.existsSync(`${overlay}.filled`)).toBe(false);
  expect(fs.statSync(overlay).blocks * 512).toBeLessThanOrEqual(content.length - 2 * 65_536);
});

it("survives a kill: the next run goes on with all that was acknowledged", async () => {
  const first = attach();
  const nbd = await client((await first.event()).disks![0]!.uri);
  expect(await nbd.write(200_000, Buffer.from("kept"))).toBe(0);
  await first.end("SIGKILL");
  const second = attach();
  const again = await client((await second.event()).disks![0]!.uri);
  expect((await again.read(200_000, 4)).toString()).toBe("kept");
  await second.end();
});

it("--discard leaves nothing behind", async () => {
  const run = attach("--discard");
  const nbd = await client((await run.event()).disks![0]!.uri);
  expect(await nbd.write(0, Buffer.from("x"))).toBe(0);
  expect((await run.end()).code).toBe(0);
  expect(fs.readdirSync(site.folder).sort()).toEqual(["home", "hv1"]);
});

it("refuses files that are no overlay of this point, and a second run on the same one", async () => {
  const original = fs.readFileSync(site.image);
  const onImage = await runProgram(home, "attach", "web1", "--to", site.image);
  expect(onImage).toMatchObject({ code: 1, stdout: "" });
  expect(onImage.stderr).toMatch(/os\.img is not written: it is in the folder of machine web1/);
  const copy = path.join(site.folder, "copy.img");
  fs.copyFileSync(site.image, copy);
  const onCopy = await runProgram(home, "attach", "web1", "--to", copy);
  expect(onCopy).toMatchObject({ code: 1, stdout: "" });
  expect(onCopy.stderr).toMatch(/copy\.img is there already and is no overlay/);
  expect(fs.readFileSync(copy).equals(original)).toBe(true);
  fs.rmSync(copy);
  expect(fs.readFileSync(site.image).equals(original)).toBe(true);

  const first = attach();
  await first.event();
  const second = await runProgram(home, "attach", "web1", "--to", overlay);
  expect(second).toMatchObject({ code: 1 });
  expect(second.stderr).toMatch(/web1\.img is busy: attach is under way/);
  await first.end();
  await site.engine.replicate(site.itemId, quiet);
  const newer = await runProgram(home, "attach", "web1", "--to", overlay);
  expect(newer.stderr).toMatch(/holds what was written to another recovery point or disk/);
});

it("tells a damaged block to the reader as an error, and to the terminal with its name", async () => {
  const segment = stored()
    .find((line) => line.includes(".segment"))!
    .split(" ")[0]!;
  const bytes = fs.readFileSync(segment);
  bytes[5000]! ^= 1;
  fs.writeFileSync(segment, bytes);
  const run = attach("--fill");
  const nbd = await client((await run.event()).disks![0]!.uri);
  await expect(nbd.read(0, 1000)).rejects.toThrow("error 5");
  expect((await nbd.read(content.length - 10, 10)).equals(content.subarray(-10))).toBe(true);
  const { code, stderr } = await run.end();
  expect(code).toBe(1);
  expect(stderr).toContain(segment);
});

it("wrong input is told with what there is", async () => {
  const nobody = await runProgram(home, "attach", "wbe1", "--to", overlay);
  expect(nobody.stderr).toContain('no protected item "wbe1"; did you mean "web1"? There are: web1.');
  const disk = await runProgram(home, "attach", "web1", "--to", overlay, "--disk", "data");
  expect(disk.stderr).toMatch(/web1 has no disk "data"\. Name one of them with --disk: os/);
  const port = await runProgram(home, "attach", "web1", "--to", overlay, "--port", "70000");
  expect(port).toMatchObject({ code: 2 });
  const point = await runProgram(home, "attach", "web1", "--to", overlay, "--recovery-point", "none");
  expect(point.stderr).toMatch(/has no recovery point "none"/);
  expect(fs.existsSync(overlay)).toBe(false);
});

it("removes no file that has the name of its socket", async () => {
  fs.writeFileSync(`${overlay}.sock`, "notes");
  const { code, stderr } = await attach().ended;
  expect([code, stderr]).toEqual([1, expect.stringMatching(/web1\.img\.sock is there already/)]);
  expect(fs.readFileSync(`${overlay}.sock`, "utf8")).toBe("notes");
});
