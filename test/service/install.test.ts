/** `siterecovery service install`: what it prints is taken by systemd, and starts a service that works with these rights alone. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { ServiceInstallJson } from "../../provider/cli/json/service.ts";
import type { InstalledService } from "../../provider/service/install/installed-service.ts";
import { containerFile } from "../../provider/service/install/container-file.ts";
import { systemdUnit } from "../../provider/service/install/systemd-unit.ts";
import { runProgram } from "../cli/run-program.ts";
import { Site } from "../engine/fixture.ts";
import { TurningClock } from "../turning-clock.ts";

const isThere = (program: string, ...words: string[]): boolean => spawnSync(program, words).status === 0;
const hasSystemd = isThere("systemd-analyze", "--version");
// Only root may make a mount namespace everywhere.
const hasNamespaces = isThere("unshare", "--mount", "mount", "-o", "remount,bind,ro", "/");

/** The value of the only line of a unit that begins with the key. */
function valueOf(unit: string, key: string): string {
  const found = unit.split("\n").filter((line) => line.startsWith(`${key}=`));
  expect(found).toHaveLength(1);
  return found[0]!.slice(key.length + 1);
}

/** Words of a unit, as systemd reads them. */
function wordsOf(value: string): string[] {
  const words = value.match(/"(?:\\.|[^"\\])*"|\S+/g) ?? [];
  return words.map((one) =>
    one
      .replace(/^"(.*)"$/, "$1")
      .replaceAll(/\\(.)/g, "$1")
      .replaceAll("%%", "%"),
  );
}

const odd: InstalledService = {
  node: "/usr/bin/node",
  program: "/opt/site recovery/main.js",
  home: '/srv/100% of "it" $HOME',
  config: "/etc/site recovery/service.yaml",
  user: { name: "daemon", uid: 1, gid: 1 },
  writtenFolders: ["/srv/back\\slash"],
  stopWithinSeconds: 40,
  version: "0.1.0",
};

describe("the unit of systemd", () => {
  it("has the words of the command whatever is in the paths", () => {
    const unit = systemdUnit(odd);
    expect(wordsOf(valueOf(unit, "ExecStart").replaceAll("$$", "$"))).toEqual([
      ...[odd.node, odd.program, "--home", odd.home, "serve", "--config", odd.config],
    ]);
    expect(wordsOf(valueOf(unit, "ReadWritePaths"))).toEqual([odd.home, ...odd.writtenFolders, "/tmp"]);
    expect(valueOf(unit, "TimeoutStopSec")).toBe("65");
  });

  it("refuses a path that cannot stand on a line", () => {
    expect(() => systemdUnit({ ...odd, writtenFolders: ["/srv/a\nUser=root"] })).toThrow(
      /control characters/,
    );
    expect(() => containerFile({ ...odd, home: "/srv/a\nUSER root" })).toThrow(/control characters/);
  });

  it.skipIf(!hasSystemd)("is taken by systemd without a word, and counts as well protected", () => {
    const folder = fs.mkdtempSync("/var/tmp/siterecovery-unit-");
    onTestFinished(() => fs.rmSync(folder, { recursive: true }));
    const file = path.join(folder, "siterecovery.service");
    // Paths that are there, since systemd looks for the program.
    fs.writeFileSync(file, systemdUnit({ ...odd, node: process.execPath, home: `${folder}/100% $HOME` }));
    const verified = spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" });
    const ofUnit = verified.stderr.split("\n").filter((line) => line.includes("siterecovery.service"));
    expect([verified.status, ofUnit]).toEqual([0, []]);
    const words = ["security", "--offline=true", "--threshold=30", "--no-pager", file];
    const rated = spawnSync("systemd-analyze", words, { encoding: "utf8" });
    expect(rated.status, rated.stdout).toBe(0);
  });
});

describe("what is printed for a home", () => {
  let site: Site;
  beforeEach(async () => {
    // Apart from /tmp, where the service may write.
    const apart = fs.mkdtempSync("/var/tmp/siterecovery-install-");
    onTestFinished(() => fs.rmSync(apart, { recursive: true }));
    vi.stubEnv("TMPDIR", apart);
    // Ten minutes ago, so that the next cycle of its five minutes is due.
    site = await Site.make({ clock: new TurningClock(Date.now() - 600_000) });
    await site.protect();
    vi.unstubAllEnvs();
  });
  afterEach(() => site.remove());

  async function printed(): Promise<ServiceInstallJson> {
    const { stdout } = await runProgram(site.engine.homeFolder, "service", "install", "--json");
    return JSON.parse(stdout) as ServiceInstallJson;
  }

  /** Resolves when the service of a process has brought one more recovery point. */
  async function replicates(command: string, words: readonly string[]): Promise<string> {
    const points = async (): Promise<number> => (await site.engine.recoveryPoints(site.itemId)).length;
    const before = await points();
    fs.writeFileSync(site.image, Buffer.alloc(512 * 1024, "changed "));
    const child = spawn(command, words, { stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => (said += data.toString()));
    await expect
      .poll(async () => {
        if (child.exitCode !== null) throw new Error(said);
        return points();
      })
      .toBe(before + 1);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await ended, said).toEqual([0, null]);
    return said;
  }

  it.skipIf(!hasNamespaces)("works where it can write nowhere but where the unit says", async () => {
    const { systemd } = await printed();
    const written = wordsOf(valueOf(systemd, "ReadWritePaths"));
    expect(written).toEqual([site.engine.homeFolder, path.join(site.folder, "hv1"), "/tmp"]);
    const only = [
      "mount --make-rprivate /",
      ...written.map((folder) => `mount --bind '${folder}' '${folder}'`),
      // Each mount beside them as well, such as one of the folder that has the site.
      `for at in $(findmnt -rno TARGET); do case " ${written.join(" ")} " in *" $at "*) ;; *) mount -o remount,bind,ro "$at" 2>/dev/null;; esac; done`,
      `! touch '${site.folder}/elsewhere' 2>/dev/null`,
      'exec "$@"',
    ].join(" && ");
    const command = wordsOf(valueOf(systemd, "ExecStart"));
    const words = ["--mount", "sh", "-c", only, "sh", ...command, "--listen", "127.0.0.1:0"];
    await replicates("unshare", words);
  });

  it("is a container's command that works", async () => {
    const { container } = await printed();
    const listed = (key: string): string[] => {
      const line = container.split("\n").find((one) => one.startsWith(`${key} `))!;
      return JSON.parse(line.slice(key.length)) as string[];
    };
    expect(listed("ENTRYPOINT")).toEqual(["siterecovery"]);
    const main = path.resolve(import.meta.dirname, "../../provider/cli/main.ts");
    await replicates(process.execPath, [main, ...listed("CMD"), "--listen", "127.0.0.1:0"]);
    const volumes = [...container.matchAll(/--volume (\S+)/g)].map(([, volume]) => volume);
    const hv1 = path.join(site.folder, "hv1");
    const { homeFolder } = site.engine;
    expect(volumes).toEqual([`${homeFolder}:${homeFolder}`, `${hv1}:${hv1}`, "/tmp:/tmp"]);
  });

  it("is one text on stdout, the unit's or with --container the other", async () => {
    const texts = await printed();
    const run = async (...words: string[]): Promise<string> =>
      (await runProgram(site.engine.homeFolder, "service", "install", ...words)).stdout;
    expect([await run(), await run("--container")]).toEqual([texts.systemd, texts.container]);
  });
});
