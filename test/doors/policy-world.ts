import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { VirtualClock } from "../../provider/clock.ts";
import { type Engine, openEngine } from "../../provider/engine/engine.ts";
import { whoActs } from "../../provider/actor.ts";
import type { Handler, Work } from "../../provider/handlers/handler.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { KindName } from "../../provider/kinds/kind.ts";
import type { Surroundings } from "../../provider/pulumi/lifecycle-call.ts";
import type { Values } from "./door.ts";

const scope = { resourceGroupName: "dr", resourceName: "vault1" };

/** What the policy `gold` says in a program. */
export function policy(replicationInterval: unknown = 300, changes: Values = {}): Values {
  const providerSpecificInput = { instanceType: "HyperVReplicaAzure", replicationInterval };
  return { ...scope, policyName: "gold", properties: { providerSpecificInput }, ...changes };
}

/** A real engine with a vault, over whose handlers both doors stand; a call of theirs can be made to fail. */
export class PolicyWorld {
  readonly engine: Engine;
  readonly told: string[] = [];
  /** In whose name each call was made. */
  readonly actors: string[] = [];
  readonly clock = new VirtualClock();
  readonly #folder: string;
  /** Thrown by the next call of that name, before or after it has done its work. */
  trouble: { call: "create" | "update"; when: "before" | "after"; error: unknown } | undefined;
  /** Awaited by the next create or update, with what may stop it. */
  pause: ((work: Work) => Promise<void>) | undefined;

  private constructor(folder: string, engine: Engine) {
    this.#folder = folder;
    this.engine = engine;
  }

  static async open(): Promise<PolicyWorld> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-doors-"));
    const world = new PolicyWorld(folder, await openEngine({ home: folder }));
    const vault = { resourceGroupName: "dr", vaultName: "vault1" };
    await handlerOf("vault", world.engine).create(vault, { report: () => undefined });
    return world;
  }

  close(): void {
    this.engine.close();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  get surroundings(): Surroundings {
    return {
      connect: async (kind) => this.#handler(kind),
      link: {
        tell: (_urn, severity, text, passing) => void this.told.push(`${passing ?? severity}: ${text}`),
        settled: async () => undefined,
      },
      clock: this.clock,
      declared: new Map(),
    };
  }

  #handler(kind: KindName): Handler {
    const real = handlerOf(kind, this.engine);
    const stop = (call: string, when: string): void => {
      const { trouble } = this;
      if (trouble?.call !== call || trouble.when !== when) return;
      this.trouble = undefined;
      throw trouble.error;
    };
    const around = async <T>(call: string, work: Work, run: () => Promise<T>): Promise<T> => {
      stop(call, "before");
      this.actors.push(whoActs());
      work.report(`${call} goes on`);
      await this.pause?.(work);
      const made = await run();
      stop(call, "after");
      return made;
    };
    return {
      ...real,
      create: (wanted, work) => around("create", work, () => real.create(wanted, work)),
      update: (id, last, wanted, work) => around("update", work, () => real.update(id, last, wanted, work)),
    };
  }

  /** The interval of the policy as the engine has it; nothing when it is not there. */
  interval(name = "gold"): unknown {
    const things = this.engine.listThings({ kind: "policy" });
    const found = things.find(({ id }) => id.endsWith(`/${name}`));
    const inputs = found?.inputs as { properties: { providerSpecificInput: Values } } | undefined;
    return inputs?.properties.providerSpecificInput["replicationInterval"];
  }

  /** Somebody else changes the policy. */
  async changeBehind(replicationInterval: number): Promise<void> {
    const { id } = this.engine.listThings({ kind: "policy" })[0]!;
    const wanted = policy(replicationInterval);
    await handlerOf("policy", this.engine).update(id, wanted, wanted, { report: () => undefined });
  }

  /** Makes the records those of a version that did not note which arguments are secret. */
  forgetSecretPaths(): void {
    const database = new DatabaseSync(path.join(this.#folder, "siterecovery.db"));
    database.exec("UPDATE owners SET secret_paths = NULL");
    database.close();
  }

  async removeBehind(): Promise<void> {
    await this.engine.removeThing(this.engine.listThings({ kind: "policy" })[0]!.id);
  }
}
