/** What a person sees while a command copies: on a pseudo terminal, in a log, under --json. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CopyRate } from "../../provider/cli/copy-rate.ts";
import { progressLine } from "../../provider/cli/terminal-progress.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { Shop } from "../engine/recovery-plan/shop.ts";
import { quiet, Site } from "../engine/fixture.ts";
import { runProgram } from "./run-program.ts";
import { testedCommand } from "../tested-command.ts";

const MiB = 1024 * 1024;
const hasScript = spawnSync("script", ["--version"]).status === 0;

interface Screen {
  readonly code: number | null;
  /** All that was written, control characters included. */
  readonly raw: string;
  /** The texts between control characters, in their order. */
  readonly drawn: readonly string[];
}

/** Runs a command on a pseudo terminal of that width, with stdout in a file if it is named. */
function onTerminal(home: string, words: readonly string[], columns: number, stdout = "/dev/tty"): Screen {
  const quoted = [process.execPath, testedCommand, "--home", home, ...words]
    .map((word) => `'${word}'`)
    .join(" ");
  const line = `stty cols ${columns} rows 24 && ${quoted} > ${stdout}`;
  const env = { ...process.env, NO_COLOR: "1", TERM: "xterm" };
  const ended = spawnSync("script", ["-qec", line, "/dev/null"], { encoding: "utf8", env });
  const escape = String.fromCharCode(27);
  const drawn = ended.stdout
    .split(new RegExp(`${escape}\\[[0-9;?]*[A-Za-z]|[\\r\\n]`))
    .filter((text) => text !== "");
  return { code: ended.status, raw: ended.stdout, drawn };
}

describe("a line of progress", () => {
  const copied = { what: "restore of disk os", bytesDone: 768 * MiB, bytesTotal: 2048 * MiB };
  const copy = new CopyRate({ ...copied, bytesDone: 256 * MiB }, 1_000);
  copy.report(copied, 5_000);
  const line = (width: number, now = 5_000): string =>
    progressLine({ text: "web1: restore of disk os", copy }, now, width);

  it("has a bar, the rate of the copy, and the remaining time", () => {
    expect(line(100)).toBe(
      "web1: restore of disk os [===========-------------------] 37 % of 2.0 GiB, 128 MiB/s, 10 s left",
    );
  });

  it("has no rate before there is one to believe", () => {
    expect(line(100, 1_500)).toMatch(/37 % of 2\.0 GiB$/);
    const stuck = new CopyRate(copied, 1_000);
    expect(progressLine({ text: "web1", copy: stuck }, 9_000, 100)).toMatch(/37 % of 2\.0 GiB$/);
  });

  it("is never wider than the terminal, and loses the per cent last", () => {
    for (let width = 12; width < 120; width += 1) {
      expect(line(width).length).toBeLessThanOrEqual(width);
      expect(line(width)).toContain("37 %");
      expect(
        progressLine({ text: "web1: shut down the source machine" }, 0, width).length,
      ).toBeLessThanOrEqual(width);
    }
    expect(line(70)).toBe("web1: restore of disk os 37 % of 2.0 GiB, 128 MiB/s, 10 s left");
    expect(line(20)).toBe("web1: restore … 37 %");
  });

  it("is full for a copy of no bytes", () => {
    const empty = new CopyRate({ what: "verify", bytesDone: 0, bytesTotal: 0 }, 0);
    expect(progressLine({ text: "verify", copy: empty }, 0, 80)).toBe(
      `verify [${"=".repeat(30)}] 100 % of 0 B`,
    );
  });
});

describe.skipIf(!hasScript)("on a terminal", () => {
  let site: Site;
  let home: string;
  beforeEach(async () => {
    site = await Site.make({ content: randomBytes(16 * MiB) });
    home = site.engine.homeFolder;
  });
  afterEach(() => site.remove());

  /** Protects the machine so that a resync of it takes 3 s. */
  async function protectSlowly(): Promise<void> {
    const inputs = {
      resourceGroupName: "dr",
      resourceName: "dr-vault",
      fabricName: "london",
      processServerName: "ps1",
    };
    const servers = handlerOf("process-server", site.engine);
    const { id } = await servers.create(inputs, quiet);
    await site.protect();
    const slow = { ...inputs, bandwidth: { limitKilobitsPerSecond: 40_000 } };
    await servers.update(id, inputs, slow, quiet);
    fs.writeFileSync(site.image, randomBytes(16 * MiB));
  }

  it("a long copy shows a bar with rate and remaining time, and nothing of it is left", async () => {
    await protectSlowly();
    const { code, raw, drawn } = onTerminal(home, ["replicate", "web1", "--resync"], 110);
    expect(code, raw).toBe(0);
    expect(drawn.join("\n")).toMatch(
      /web1: resync of disk \w+ \[=+-+\] \d+ % of 16.0 MiB, [\d.]+ MiB\/s, \d s left/,
    );
    const last = raw.slice(raw.lastIndexOf(`${String.fromCharCode(27)}[0J`));
    expect(stripVTControlCharacters(last)).toMatch(/^web1: 16.0 MiB changed, .*recovery point \S+\r?\n$/);
  });

  it("a narrow terminal gets no line that wraps, and --json leaves stdout to the document", async () => {
    await protectSlowly();
    const file = path.join(site.folder, "out.json");
    const { code, raw, drawn } = onTerminal(home, ["replicate", "web1", "--resync", "--json"], 40, file);
    expect(code, raw).toBe(0);
    expect(drawn.some((text) => /^web1: resync.* \d+ %/.test(text))).toBe(true);
    expect(drawn.filter((text) => text.length >= 40)).toEqual([]);
    expect(JSON.parse(fs.readFileSync(file, "utf8"))).toMatchObject([{ name: "web1" }]);
  });

  it("verify and export show bars too, and a plan one for each machine", async () => {
    await site.protect();
    expect(onTerminal(home, ["verify"], 110).raw).toMatch(/verify \[[=-]{10,}\] \d+ % of/);
    const to = path.join(site.folder, "web1.img");
    expect(onTerminal(home, ["export", "web1", "--to", to], 110).raw).toMatch(
      /export of disk \w+ \[[=-]{10,}\] \d+ %/,
    );
    const shop = await Shop.make();
    try {
      const { code, raw } = onTerminal(
        shop.site.engine.homeFolder,
        ["plan", "failover", "shop", "--yes"],
        110,
      );
      expect(code, raw).toBe(0);
      expect(raw).toMatch(/Failover: \w+: \w+ of disk \w+ \[[=-]{10,}\] \d+ %/);
    } finally {
      shop.remove();
    }
  });
});

describe("in a log", () => {
  it("steps are plain lines, and a copy is few of them", async () => {
    const site = await Site.make({ content: randomBytes(2 * MiB) });
    try {
      await site.protect();
      const { code, stderr } = await runProgram(site.engine.homeFolder, "failover", "web1", "--yes");
      expect(code, stderr).toBe(0);
      expect(stderr).toBe(stripVTControlCharacters(stderr));
      const copies = stderr.split("\n").filter((text) => text.startsWith("web1: restore of disk"));
      expect(copies.length).toBeGreaterThan(0);
      expect(copies.length).toBeLessThanOrEqual(2);
    } finally {
      site.remove();
    }
  });
});
