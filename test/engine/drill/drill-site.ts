/** A site with two machines and a plan of both, and drills of them, on a clock of its own. */
import { randomBytes } from "node:crypto";
import { VirtualClock } from "../../../provider/clock.ts";
import type { Handler, Live } from "../../../provider/handlers/handler.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { DrillInputs, DrillOutputs } from "../../../provider/kinds/drill.ts";
import type { RecoveryPlanAction } from "../../../provider/kinds/recovery-plan.ts";
import { FlowSite } from "../flow-site.ts";
import { quiet } from "../fixture.ts";

export const vault = { resourceGroupName: "dr", resourceName: "dr-vault" };
export const machineNames = ["db1", "web1"] as const;
/** Thursday, 1 January 2026, 12:00 UTC. */
export const start = Date.UTC(2026, 0, 1, 12);
const block = 65_536;

/** Time stands still while a drill is at work. */
class DrillClock extends VirtualClock {
  runsAtWork = 0;

  override async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const isSchedule = milliseconds > 1000;
    do await new Promise((resolve) => setImmediate(resolve));
    while (isSchedule && this.runsAtWork > 0);
    await super.sleep(milliseconds, signal);
  }
}

export class DrillSite {
  readonly site: FlowSite;
  readonly clock: DrillClock;
  planId = "";

  private constructor(site: FlowSite, clock: DrillClock) {
    this.site = site;
    this.clock = clock;
  }

  static async make(): Promise<DrillSite> {
    const clock = new DrillClock(start);
    const machines = [...machineNames];
    const site = await FlowSite.make({ flow: "S3", machines, content: randomBytes(6 * block), clock });
    for (const name of machineNames) await site.protect(name);
    const drills = new DrillSite(site, clock);
    await drills.plan();
    return drills;
  }

  /** Declares the plan, with steps around the boot of its first group. */
  async plan(steps: readonly RecoveryPlanAction[] = []): Promise<void> {
    const boot = (name: string, more: object = {}): object => ({
      groupType: "Boot",
      replicationProtectedItems: [{ id: this.site.itemId(name) }],
      ...more,
    });
    const groups = [boot("db1", { startGroupActions: steps }), boot("web1")];
    const properties = {
      primaryFabricId: this.site.ids.get("fabric")!,
      recoveryFabricId: "Microsoft Azure",
      groups,
    };
    const inputs = { ...vault, recoveryPlanName: "shop", properties };
    const handler = handlerOf("recovery-plan", this.site.engine);
    const known = this.planId !== "" && (await handler.read(this.planId));
    const live = known
      ? await handler.update(this.planId, inputs, inputs, quiet)
      : await handler.create(inputs, quiet);
    this.planId = live.id;
  }

  get handler(): Handler<DrillInputs, DrillOutputs> {
    return handlerOf("drill", this.site.engine) as unknown as Handler<DrillInputs, DrillOutputs>;
  }

  /** The arguments of a drill; of the plan unless it says another subject. */
  inputs(more: Partial<DrillInputs> = {}): DrillInputs {
    const subject = more.protectedItemId === undefined ? { recoveryPlanId: this.planId } : {};
    const networkId = this.site.ids.get("drill network")!;
    return { ...vault, drillName: "rehearsal", ...subject, networkId, ...more };
  }

  async declare(more: Partial<DrillInputs> = {}): Promise<Live<DrillInputs, DrillOutputs>> {
    return this.handler.create(this.inputs(more), quiet);
  }

  async properties(id: string): Promise<DrillOutputs["properties"]> {
    return (await this.handler.read(id))!.outputs.properties;
  }

  /** Which machines have a test machine now. */
  tested(): string[] {
    return machineNames.filter((name) => this.site.item(name).details.testMachine !== undefined);
  }

  /** Lets time pass without anybody who follows; the last two minutes are followed. Returns how many runs ended. */
  async follow(seconds: number, options: { readonly ids?: readonly string[] } = {}): Promise<number> {
    const stop = new AbortController();
    const followedSeconds = 120;
    const until = this.clock.now() + seconds * 1000;
    this.clock.advance((seconds - followedSeconds) * 1000);
    let runs = 0;
    const { engine } = this.site;
    const cancelTimer = this.clock.every(1000, () => {
      if (this.clock.now() >= until) stop.abort();
    });
    try {
      await engine.follow(() => Promise.resolve(), {
        ...(options.ids ? { ids: options.ids } : {}),
        runDrill: async (drillId) => {
          this.clock.runsAtWork += 1;
          const outcome = await engine.drills.runIfDue(drillId, quiet);
          this.clock.runsAtWork -= 1;
          if (outcome && "run" in outcome) runs += 1;
        },
        signal: stop.signal,
      });
    } finally {
      cancelTimer();
    }
    return runs;
  }

  remove(): void {
    this.site.remove();
  }
}
