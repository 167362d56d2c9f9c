/** What `status` shows: items, those that need a person first, and the plans, clusters, drills and keys around them. */
import { idKey } from "../arm-id.ts";
import { attentionOf, byAttention } from "../engine/attention.ts";
import type { Engine, ItemView } from "../engine/engine.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { ProtectionClusterInputs } from "../kinds/protection-cluster.ts";
import type { SeenDrill } from "./drill-json.ts";
import { planNamed } from "./plan-named.ts";

export interface StatusFilter {
  readonly site?: string;
  readonly plan?: string;
  /** Only items with something wrong. */
  readonly problems?: boolean;
}

export interface Overview {
  readonly items: readonly { readonly view: ItemView; readonly site: string }[];
  readonly plans: readonly (ReturnType<Engine["plans"]["view"]> & { readonly bootGroupCount: number })[];
  readonly clusters: readonly (Awaited<ReturnType<Engine["clusters"]["view"]>> & { readonly id: string })[];
  readonly drills: readonly SeenDrill[];
  readonly keys: Awaited<ReturnType<Engine["recoveryHome"]["keySafety"]>>;
  readonly notices: readonly string[];
  /** Whether a filter left items out. */
  readonly isFiltered: boolean;
}

/** Name of the site that an item's machine is of. */
function siteOf(itemId: string): string {
  return /\/replicationFabrics\/([^/]+)/i.exec(itemId)?.[1] ?? "";
}

/** Throws `NotFound` for a site that no item is of. */
function requireSite(site: string, sites: readonly string[]): void {
  if (sites.some((one) => one.toLowerCase() === site.toLowerCase())) return;
  const known = [...new Set(sites)].join(", ") || "none";
  const message = `No protected machine is of a site "${site}". There are machines of: ${known}.`;
  throw new SiteRecoveryError("NotFound", message, { target: site });
}

/** Looks at everything that the filter leaves. Throws `NotFound` for a site or plan that is not there. */
export async function lookAtStatus(engine: Engine, filter: StatusFilter): Promise<Overview> {
  const all = engine.items();
  const { site, plan } = filter;
  if (site !== undefined)
    requireSite(
      site,
      all.map(({ id }) => siteOf(id)),
    );
  const planId = plan === undefined ? undefined : planNamed(engine, plan);
  const ofPlan =
    planId === undefined ? undefined : engine.plans.view(planId).items.map(({ id }) => idKey(id));
  const wanted = all.filter(
    ({ id }) =>
      (site === undefined || siteOf(id).toLowerCase() === site.toLowerCase()) &&
      (ofPlan === undefined || ofPlan.includes(idKey(id))),
  );
  const views = await Promise.all(wanted.map(({ id }) => engine.viewItem(id)));
  const shown = byAttention(views).filter((view) => filter.problems !== true || attentionOf(view) < 2);
  const ids = new Set(shown.map(({ item }) => idKey(item.id)));
  const isFiltered = shown.length < all.length;
  const isShown = (items: readonly { readonly id: string }[]): boolean =>
    !isFiltered || items.some(({ id }) => ids.has(idKey(id)));
  const plans = engine
    .listThings({ kind: "recovery-plan" })
    .map(({ id }) => engine.plans.view(id))
    .filter(({ items }) => isShown(items))
    .map((view) => ({
      ...view,
      bootGroupCount: view.groups.filter(({ name }) => name.startsWith("Group ")).length,
    }));
  const clusters = await Promise.all(
    engine
      .listThings<ProtectionClusterInputs>({ kind: "protection-cluster" })
      .map(async ({ id, inputs }) => ({ id, ...(await engine.clusters.view(inputs)) })),
  );
  const drills = engine.drills
    .list()
    .map((seen) => ({ ...seen, itemIds: engine.drills.itemIdsOf(seen.drill.inputs) }));
  const keys = await engine.recoveryHome.keySafety();
  return {
    items: shown.map((view) => ({ view, site: siteOf(view.item.id) })),
    plans,
    clusters: clusters.filter(({ items }) => isShown(items.map(({ item }) => item))),
    drills: drills.filter(({ itemIds }) => isShown(itemIds.map((id) => ({ id })))),
    keys,
    notices: engine.recoveryHome.noticesOf(keys),
    isFiltered,
  };
}
