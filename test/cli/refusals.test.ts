/** What is asked for a second time is refused alike by a machine's and a plan's command, with the commands that are allowed. */
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
