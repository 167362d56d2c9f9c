/** Each move of one machine × what forbids it: refused by name before anything is changed, and foreseen the same. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, it } from "vitest";
import type { FlowId } from "../../../provider/model/flows.ts";
import type { Move } from "../../../provider/engine/failover/moves.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";
import { expectRefused } from "./expect-refused.ts";

let site: FlowSite;
afterEach(() => site.remove());

const planned: Move = { action: "failover", kind: "planned", recoveryPoint: "latest" };
const unplanned: Move = { action: "failover", kind: "unplanned", recoveryPoint: "latest" };
const bogus: Move = { ...unplanned, recoveryPoint: "bogus" };
const commit: Move = { action: "commit" };
const failback: Move = { action: "failback" };
const reverse: Move = { action: "reverseReplicate" };
const cancel: Move = { action: "cancel" };
const otherPoint: Move = { action: "changePoint", recoveryPoint: "bogus" };

function all(ending: string): string[] {
  return fs
    .readdirSync(site.folder, { recursive: true })
    .map((file) => path.join(site.folder, String(file)))
    .filter((file) => file.endsWith(ending));
}

function away(folder: string): void {
  fs.renameSync(folder, `${folder}.away`);
}

const storeIsAway = (): void => away(path.dirname(all("store.key")[0]!));
const primaryIsAway = (): void =>
  away(path.join(site.folder, "london", site.flow === "S1" ? "vcenter" : "hv1"));
const diskIsGone = (): void => away(site.image());
const recoveryHostIsAway = (): void => away(path.dirname(path.dirname(site.replica())));
const noNetwork = async (): Promise<void> => {
  for (const { id } of site.engine.listThings({ kind: "network-mapping" })) await site.engine.removeThing(id);
};

interface Case {
  readonly flow: FlowId;
  /** The moves that lead to where the case begins. */
  readonly after: readonly Move[];
  readonly move: Move;
  readonly forbid?: () => Promise<void> | void;
  readonly names: RegExp;
}

const cases: Case[] = [
  { flow: "S3", after: [], move: planned, forbid: primaryIsAway, names: /does not answer/ },
  { flow: "S3", after: [], move: planned, forbid: diskIsGone, names: /web1.*os\.img/ },
  { flow: "S3", after: [], move: planned, forbid: storeIsAway, names: /replica store .* cannot be reached/ },
  { flow: "S3", after: [], move: planned, forbid: noNetwork, names: /network "production" is mapped to no/ },
  { flow: "S3", after: [], move: { ...planned, recoveryPoint: "bogus" }, names: /--kind unplanned/ },
  {
    flow: "S3",
    after: [],
    move: unplanned,
    forbid: storeIsAway,
    names: /replica store .* cannot be reached/,
  },
  {
    flow: "S3",
    after: [],
    move: unplanned,
    forbid: noNetwork,
    names: /network "production" is mapped to no/,
  },
  { flow: "S3", after: [], move: bogus, names: /no recovery point "bogus"/ },
  { flow: "S1", after: [], move: bogus, names: /no recovery point "bogus"/ },
  { flow: "S3", after: [unplanned], move: otherPoint, names: /no recovery point "bogus"/ },
  {
    flow: "S3",
    after: [unplanned],
    move: cancel,
    forbid: primaryIsAway,
    names: /does not answer/,
  },
  {
    flow: "S3",
    after: [unplanned],
    move: commit,
    forbid: recoveryHostIsAway,
    names: /cannot be reached|is gone/,
  },
  {
    flow: "S3",
    after: [planned, commit],
    move: failback,
    forbid: primaryIsAway,
    names: /does not answer/,
  },
  {
    flow: "S3",
    after: [planned, commit],
    move: failback,
    forbid: storeIsAway,
    names: /replica store .* cannot be reached/,
  },
  {
    flow: "S3",
    after: [planned, commit, failback, commit],
    move: reverse,
    forbid: diskIsGone,
    names: /web1.*os\.img/,
  },
  {
    flow: "S1",
    after: [unplanned, commit],
    move: reverse,
    forbid: primaryIsAway,
    names: /london has no hypervisor/,
  },
  {
    flow: "S6",
    after: [planned, commit],
    move: planned,
    forbid: primaryIsAway,
    names: /does not answer/,
  },
];

describe("a move that something forbids", () => {
  it.each(cases)("$flow $move.action $move.kind: $names", async ({ flow, after, move, forbid, names }) => {
    site = await FlowSite.make({ flow });
    await site.protect();
    for (const earlier of after) await site.engine.moves.run(site.itemId(), earlier, quiet);
    await forbid?.();
    await expectRefused(site, move, names);
  });
});
