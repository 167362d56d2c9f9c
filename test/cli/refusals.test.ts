/** What is asked for a second time is refused alike by a machine's and a plan's command, with the commands that are allowed. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Shop } from "../engine/recovery-plan/shop.ts";
import { runHere } from "./in-process.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.make();
});
afterEach(() => shop.remove());

async function sr(...words: string[]): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await runHere(shop.site.engine.homeFolder, ...words);
  return { code, stderr };
}

it("a failback at home, and a drill while there is one", async () => {
  for (const words of [
    ["failback", "web1"],
    ["plan", "failback", "shop"],
  ]) {
    const { code, stderr } = await sr(...words);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /There is nothing to do for the failback of \w+: .* at the primary side already\. Allowed now: `siterecovery (plan )?failover/,
    );
  }
  expect((await sr("failback", "web1", "--dry-run")).code).toBe(1);
  const drill = ["--network", "drill-net"];
  expect((await sr("plan", "test-failover", "shop", ...drill)).code).toBe(0);
  const machine = await sr("test-failover", "web1", ...drill);
  expect([machine.code, machine.stderr]).toEqual([
    1,
    expect.stringContaining("`siterecovery clean-up web1`"),
  ]);
  const plan = await sr("plan", "test-failover", "shop", ...drill);
  expect([plan.code, plan.stderr]).toEqual([1, expect.stringContaining("`siterecovery plan clean-up shop`")]);
});

it("a machine's drill that is there already, by its dry run as by itself", async () => {
  const words = ["test-failover", "web1", "--network", "drill-net"];
  expect((await sr(...words)).code).toBe(0);
  for (const more of [[], ["--dry-run"], ["--recovery-point", "latestProcessed"]])
    expect(await sr(...words, ...more)).toEqual({
      code: 1,
      stderr: expect.stringContaining(
        "There is nothing to do for the test failover of web1: it is in its test already. Allowed now: `siterecovery clean-up web1`.",
      ),
    });
  expect((await sr("clean-up", "web1")).code).toBe(0);
  expect((await sr("clean-up", "web1")).code).toBe(1);
  expect((await sr(...words)).code).toBe(0);
});

it("a plan's failover that is done already, by its dry run as by itself", async () => {
  const words = ["plan", "failover", "shop", "--kind", "planned"];
  expect((await sr(...words, "--dry-run")).code).toBe(0);
  expect((await sr(...words)).code).toBe(0);
  const { code, stderr } = await sr(...words);
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining("There is nothing to do for the planned failover"),
  ]);
  const foreseen = await runHere(shop.site.engine.homeFolder, ...words, "--dry-run");
  expect(foreseen.code).toBe(1);
  expect(foreseen.stdout).toContain("There is nothing to do for the planned failover of shop");
  expect(foreseen.stdout).not.toContain("start db1");
});

it("a plan's failback for which a disk is missing does not offer itself", async () => {
  expect((await sr("plan", "failover", "shop", "--kind", "planned", "--commit")).code).toBe(0);
  const item = shop.site.engine.items().find(({ id }) => id.endsWith("/web1"))!;
  fs.rmSync(path.join(item.details.recoveryMachine!.folder, "os.img"));
  const { code, stderr } = await sr("plan", "failback", "shop");
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/os\.img is gone/);
  expect(stderr).not.toMatch(/Allowed now for shop:.*plan failback/);
});
