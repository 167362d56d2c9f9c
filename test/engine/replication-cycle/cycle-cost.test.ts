import { describe, expect, it } from "vitest";
import { type FlowId, flows } from "../../../provider/model/flows.ts";
import { countStatements } from "../../store/counted-statements.ts";
import { TurningClock } from "../../turning-clock.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

const protectionFlows = (Object.keys(flows) as FlowId[]).filter(
  (flow) => flows[flow].purpose === "protection",
);

describe("a delta cycle", () => {
  it.each(protectionFlows)("of %s reads the store little and writes in few transactions", async (flow) => {
    const clock = new TurningClock();
    const site = await FlowSite.make({ flow, clock });
    try {
      await site.protect();
      clock.advance(300_000);
      await site.engine.replicate(site.itemId(), quiet);
      clock.advance(300_000);
      const { reads, writeTransactions } = await countStatements(() =>
        site.engine.replicate(site.itemId(), quiet),
      );
      expect(reads.length, reads.join("\n")).toBeLessThan(10);
      expect(writeTransactions).toBeLessThanOrEqual(3);
    } finally {
      site.remove();
    }
  });
});
