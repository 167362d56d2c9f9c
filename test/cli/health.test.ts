import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Site } from "../engine/fixture.ts";
import { type Ended, runProgram } from "./run-program.ts";

let site: Site;
beforeEach(async () => {
  site = await Site.make();
  await site.protect();
});
afterEach(() => site.remove());

const run = (...words: string[]): Promise<Ended> => runProgram(path.join(site.folder, "home"), ...words);

describe("siterecovery pause and resume", () => {
  it("stop the replication of machines, and let it go on", async () => {
    expect((await run("pause", "web1")).stdout).toBe("web1: paused\n");
    expect((await run("pause", "web1", "--json")).stdout).toContain('"changed": false');
    const all = await run("replicate");
    expect([all.code, all.stderr]).toEqual([0, "web1: left alone, it is paused\n"]);
    const named = await run("replicate", "web1");
    expect(named.code).toBe(1);
    expect(named.stderr).toMatch(/replication is paused since .*`siterecovery resume web1`/);
    expect((await run("resume", "web1")).stdout).toBe("web1: resumed\n");
    expect((await run("replicate", "web1")).code).toBe(0);
  });

  it("change nothing where a name is wrong", async () => {
    const { code, stderr } = await run("pause", "web1", "web2");
    expect(code).toBe(1);
    expect(stderr).toMatch(/There is no protected item "web2"; did you mean "web1"\?/);
    expect((await run("resume", "web1")).stdout).toBe("web1: was resumed already\n");
  });
});

describe("siterecovery events", () => {
  it("tells what happened, to people and in Azure's words", async () => {
    await run("pause", "web1");
    expect((await run("events")).stdout).toMatch(/EnableDr +web1 .*\n.*ReplicationPaused +web1/);
    const events = JSON.parse((await run("events", "web1", "--limit", "1", "--json")).stdout) as object[];
    expect(events).toEqual([
      {
        eventCode: "ReplicationPaused",
        eventType: "VmHealth",
        severity: "Warning",
        description: "web1: replication was paused",
        timeOfOccurrence: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        affectedObjectFriendlyName: "web1",
        affectedObjectCorrelationId: site.itemId,
        fabricId: expect.stringMatching(/replicationFabrics\/london$/) as string,
        eventSpecificDetails: null,
        actor: expect.stringContaining("@") as string,
      },
    ]);
    expect((await run("events", "--since", "2999-01-01")).stdout).toBe("Nothing happened.\n");
    expect((await run("events", "--since", "1h", "--json")).stdout).toContain("EnableDr");
  });

  it.each([
    [["--since", "soon"], /--since is "soon"; write a time/],
    [["--limit", "0"], /--limit is "0"; write a whole number/],
    [["web9"], /There is no/],
  ])("refuses %j with one line", async (words, message) => {
    const { code, stderr } = await run("events", ...words);
    expect(code).toBe(words[0]!.startsWith("--") ? 2 : 1);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

describe("siterecovery alerts", () => {
  it("tells what is wrong now, and fails with --check while anything is", async () => {
    const good = await run("alerts", "--check");
    expect([good.code, good.stdout]).toEqual([0, "No alerts.\n"]);
    await run("pause", "web1");
    const bad = await run("alerts", "--check");
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/^Warning: web1: replication is paused .*\n$/);
    expect((await run("alerts")).code).toBe(0);
    await run("resume", "web1");
    expect(JSON.parse((await run("alerts", "--check", "--json")).stdout)).toEqual([]);
  });
});
