import { afterEach, beforeEach, expect, it } from "vitest";
import { Site } from "../engine/fixture.ts";
import { type Ended, runProgram } from "./run-program.ts";

let site: Site;
beforeEach(async () => {
  site = await Site.make();
  await site.protect();
});
afterEach(() => site.remove());

const run = (...words: string[]): Promise<Ended> => runProgram(site.engine.homeFolder, ...words);

interface Line {
  readonly msg: string;
  readonly item?: string;
  readonly [fact: string]: unknown;
}

function linesOf({ stderr }: Ended): Line[] {
  return stderr.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Line] : []));
}

it("logs jobs, tasks and cycles to stderr, and leaves stdout to the command", async () => {
  const cycle = await run("replicate", "web1", "--json", "--log-level", "info");
  expect(JSON.parse(cycle.stdout)).toHaveLength(1);
  const [ended] = linesOf(cycle);
  expect(ended).toMatchObject({ msg: "cycle ended", kind: "delta", bytesChanged: 0 });
  const moved = await run("--log-level", "debug", "failover", "web1", "--kind", "planned", "--yes");
  expect(moved.code).toBe(0);
  const texts = linesOf(moved).map(({ msg }) => msg);
  expect(texts).toEqual(expect.arrayContaining(["lease taken", "job begins", "task ended", "job ended"]));
  expect(linesOf(moved).every(({ item }) => item === undefined || item.endsWith("/web1"))).toBe(true);
});

it("logs none without it, and refuses an unknown level", async () => {
  const { stderr } = await run("replicate", "web1");
  expect(stderr).not.toMatch(/^\{/m);
  const refused = await run("--log-level", "loud", "status");
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("Allowed choices are error, warn, info, debug");
});
