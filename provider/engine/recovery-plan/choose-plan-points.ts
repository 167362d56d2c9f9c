/**
 * The one place where a plan picks its recovery points: which point each of its machines fails over to. The choice is
 * made once for all machines, before the first of them is made at the other side, and kept with the job. Machines of
 * a replication group get points of one instant (V2A-5), also when some of them are over already.
 */
import { idKey, nameOf, sameId } from "../../arm-id.ts";
import { hasCode, SiteRecoveryError } from "../../errors.ts";
import type { RecoveryPoint } from "../../replica/replica-store.ts";
import { chooseRecoveryPoint, findPoint, sharedPointOf } from "../recovery-point/choose-recovery-point.ts";
import type { EngineParts } from "../engine-parts.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { groupKeyOf, groupOf } from "../protected-item/replication-group.ts";
import { itemIdsOf } from "./plan-groups.ts";
import type { PlanRun } from "./plan-run.ts";
import { said } from "../../message.ts";

/** A machine's recovery point, by the item's id in lower case. */
export type PlanPoints = Readonly<Record<string, string>>;

/** What a choice means for machines of a replication group; a point's own name means what it says. */
const choicesOfGroup: Readonly<Record<string, string>> = {
  latest: "latestMultiVm",
  latestProcessed: "latestMultiVm",
  latestApplicationConsistent: "latestMultiVmApplicationConsistent",
  latestMultiVm: "latestMultiVm",
  latestMultiVmApplicationConsistent: "latestMultiVmApplicationConsistent",
};

class PointChooser {
  readonly #run: PlanRun;
  readonly #members: ReadonlySet<string>;
  /** The instant of a replication group, once it is chosen. */
  readonly #instants = new Map<string, number>();

  constructor(run: PlanRun, itemIds: readonly string[]) {
    this.#run = run;
    this.#members = new Set(itemIds.map(idKey));
  }

  /** Throws `NotFound` for a machine that has no point of the choice. */
  async choose(item: ProtectedItem): Promise<RecoveryPoint> {
    const choice = this.#run.input.recoveryPoint ?? "latest";
    const ofGroup = choicesOfGroup[choice];
    const { parts } = this.#run;
    const group = groupOf(parts, item).filter(({ id }) => this.#members.has(idKey(id)));
    if (group.length < 2) return chooseRecoveryPoint(parts, item, choice);
    if (ofGroup === undefined) return this.#sharedWithNamed(item, group, choice);
    const instant = this.#instants.get(groupKeyOf(parts, item)) ?? this.#instantOfThoseOver(group);
    const shared = instant === undefined ? undefined : await sharedPointOf(parts, item, instant);
    const point = shared ?? (await this.#sharedOrOwn(item, choice, ofGroup));
    if (point.multiVm) this.#instants.set(groupKeyOf(parts, item), point.takenAt);
    return point;
  }

  /** A point's own name is one machine's: the others of its group take the point that they share with it. */
  async #sharedWithNamed(
    item: ProtectedItem,
    group: readonly ProtectedItem[],
    pointId: string,
  ): Promise<RecoveryPoint> {
    const { parts } = this.#run;
    const named = await findNamedPoint(parts, group, pointId);
    const shared = named?.multiVm ? await sharedPointOf(parts, item, named.takenAt) : undefined;
    if (shared !== undefined) return shared;
    if (named === undefined || sameId(named.itemId, item.id))
      return chooseRecoveryPoint(parts, item, pointId);
    const message = said`${nameOf(item.id)} has no recovery point of the instant of ${pointId}, which ${nameOf(named.itemId)} has,
        and the machines of its group or cluster run from one instant. Name a point that they share: latestMultiVm.`;
    throw new SiteRecoveryError("NotFound", message, { target: item.id, property: "recoveryPoint" });
  }

  /**
   * A group whose machines share no point yet starts from each one's own, and that is reported: after a disaster that is
   * better than nothing. Who asks for a shared point by its name gets that or none.
   */
  async #sharedOrOwn(item: ProtectedItem, choice: string, ofGroup: string): Promise<RecoveryPoint> {
    const { parts, progress } = this.#run;
    try {
      return await chooseRecoveryPoint(parts, item, ofGroup);
    } catch (error) {
      const isMissing = hasCode(error, "NotFound");
      if (!isMissing || choice === ofGroup) throw error;
      const own = await chooseRecoveryPoint(parts, item, choice);
      progress.report(
        `${nameOf(item.id)}: the machines of its group or cluster share no recovery point yet; it takes its own`,
      );
      return own;
    }
  }

  /** A machine of the group that the run has moved already says which instant the others follow. */
  #instantOfThoseOver(group: readonly ProtectedItem[]): number | undefined {
    const { operation, plan } = this.#run;
    const over = group.find((item) => operation.isDone(item, plan.id));
    const { recoveryMachine, testMachine } = over?.details ?? {};
    return (operation.failover === "TestFailover" ? testMachine : recoveryMachine)?.pointTakenAt;
  }
}

/** The point of a name, and which machine of a group has it. */
async function findNamedPoint(
  parts: EngineParts,
  group: readonly ProtectedItem[],
  pointId: string,
): Promise<(RecoveryPoint & { readonly itemId: string }) | undefined> {
  for (const { id } of group) {
    const point = await findPoint(parts, requireItem(parts, id), pointId);
    if (point) return { ...point, itemId: id };
  }
  return undefined;
}

/** The point of one machine, as a run would choose it for all of them. Throws `NotFound` or `Damaged`. */
export function choosePlanPoint(run: PlanRun, itemId: string): Promise<RecoveryPoint> {
  return new PointChooser(run, itemIdsOf(run.plan.inputs)).choose(requireItem(run.parts, itemId));
}

/** The points of those machines that are left. */
export async function choosePlanPoints(run: PlanRun, itemIds: readonly string[]): Promise<PlanPoints> {
  const chooser = new PointChooser(run, itemIds);
  const points: Record<string, string> = {};
  for (const itemId of itemIds) {
    const item = requireItem(run.parts, itemId);
    if (run.operation.isDone(item, run.plan.id)) continue;
    const point = await chooser.choose(item);
    points[idKey(itemId)] = point.id;
    run.progress.report(`${nameOf(itemId)}: recovery point of ${new Date(point.takenAt).toISOString()}`);
  }
  return points;
}
