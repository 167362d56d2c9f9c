/** What the engine says of refused work is shown to programs with secrets, without those. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { nameOf } from "../../provider/arm-id.ts";
import type { SiteRecoveryError } from "../../provider/errors.ts";
import { SecretValues } from "../../provider/pulumi/secret-values.ts";
import { quiet } from "./fixture.ts";
import { Shop } from "./recovery-plan/shop.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.make();
});
afterEach(() => shop.remove());

/** A secret that is a machine's whole name, and words that are in all kinds of sentences. */
function secrets(...more: string[]): SecretValues {
  const all = new SecretValues();
  for (const word of ["web1", ...more]) all.add("tags.note", word);
  return all;
}

async function refusal(work: Promise<unknown>): Promise<SiteRecoveryError> {
  return work.then(
    () => {
      throw new Error("it was not refused");
    },
    (error: unknown) => error as SiteRecoveryError,
  );
}

it("names the commands that are allowed, with room for the name", async () => {
  const { engine, itemId } = shop.site;
  const { said } = await refusal(engine.moves.run(itemId, { action: "commit" }, quiet));
  expect(secrets("allowed", "siterecovery", "commit").shown(said)).toMatch(
    /^The commit of \[secret\] is not allowed now \(.*\)\. Allowed now: .*`siterecovery failover <name> --kind planned`/,
  );
});

it("says why a plan is refused", async () => {
  const { engine } = shop.site;
  const { planId } = shop;
  await engine.removeThing(engine.listThings({ kind: "network-mapping" })[0]!.id);
  const { said } = await refusal(engine.plans.run(planId, { operation: "PlannedFailover" }, quiet));
  const shown = secrets("network").shown(said);
  expect(shown).toMatch(
    new RegExp(`planned failover of ${nameOf(planId)} is not allowed now.*\n.*\\[secret\\]`),
  );
});

it("says which recovery point there is none of", async () => {
  const { engine, itemId, ids } = shop.site;
  const drill = {
    resourceGroupName: "dr",
    resourceName: "dr-vault",
    drillName: "rehearsal",
    protectedItemId: itemId,
    networkId: ids.drillNetwork,
    recoveryPoint: "sesame",
  };
  const { said } = await refusal(engine.drills.put(`${itemId}/drill`, drill, quiet));
  expect(secrets("sesame").shown(said)).toMatch(
    /has no recovery point "\[secret\]"\. It has \d+, the newest is .*`siterecovery recovery-points <name>` lists them/,
  );
});
