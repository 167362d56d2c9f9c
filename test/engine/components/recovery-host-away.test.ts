/** A machine at the recovery side that cannot be looked at is not taken for one that is gone. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { WaySite } from "./way-site.ts";

let ways: WaySite;
afterEach(() => ways.remove());

describe.each(["S5", "S6"] as const)("while the recovery side's host is away, flow %s", (flow) => {
  it("does not end a drill whose machine may run there", async () => {
    ways = await WaySite.make(flow);
    await ways.declareDrillNetwork();
    await ways.protect();
    await ways.drill();
    const { folder } = ways.item()!.details.testMachine!;
    const host = path.dirname(folder);
    fs.renameSync(host, `${host}-away`);
    await expect(ways.cleanUp()).rejects.toMatchObject({ code: "TargetUnreachable" });
    expect(ways.item()!.testFailoverState).toBe("WaitingForCompletion");
    fs.renameSync(`${host}-away`, host);
    expect(fs.existsSync(folder)).toBe(true);
    await ways.cleanUp();
    expect(fs.existsSync(folder)).toBe(false);
    expect(ways.item()!.testFailoverState).toBe("None");
  });
});
