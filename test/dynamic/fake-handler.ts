import { armIdOf, idKey, nameOf } from "../../provider/arm-id.ts";
import type { CheckFailure, DiffAnswer, Handler, Live, Work } from "../../provider/handlers/handler.ts";
import { policyKind } from "../../provider/kinds/policy.ts";

type Settings = Record<string, unknown>;

/** A handler over things in memory, whose steps a test can make fail. It notes what it is asked. */
export class FakeHandler implements Handler {
  readonly kind = policyKind;
  readonly things = new Map<string, Settings>();
  readonly asked: { call: string; last?: object; wanted?: object }[] = [];
  failures: CheckFailure[] = [];
  answer: DiffAnswer = { changes: [], replaces: [], notices: [] };
  /** Thrown by the call of that name, `before` or `after` it has done its work. */
  trouble: { call: string; when: "before" | "after"; error: unknown } | undefined;

  live(id: string): Live<Settings, Settings> {
    const inputs = this.things.get(idKey(id))!;
    const properties = { friendlyName: nameOf(id), nothing: undefined };
    return { id, inputs, outputs: { name: nameOf(id), type: this.kind.armType, properties } };
  }

  #stop(call: string, when: "before" | "after"): void {
    if (this.trouble?.call === call && this.trouble.when === when) throw this.trouble.error;
  }

  withDefaults(wanted: object): object {
    return wanted;
  }

  async check(wanted: object): Promise<readonly CheckFailure[]> {
    this.asked.push({ call: "check", wanted });
    this.#stop("check", "before");
    return this.failures;
  }

  async diff(_id: string, last: object, wanted: object): Promise<DiffAnswer> {
    this.asked.push({ call: "diff", last, wanted });
    this.#stop("diff", "before");
    return this.answer;
  }

  async read(id: string): Promise<Live<object, object> | undefined> {
    this.#stop("read", "before");
    return this.things.has(idKey(id)) ? this.live(id) : undefined;
  }

  async create(wanted: object, work: Work): Promise<Live<object, object>> {
    const id = armIdOf(this.kind, wanted);
    this.asked.push({ call: "create", wanted });
    this.#stop("create", "before");
    work.report("creating");
    this.things.set(idKey(id), wanted as Settings);
    this.#stop("create", "after");
    return this.live(id);
  }

  async update(id: string, last: object, wanted: object, work: Work): Promise<Live<object, object>> {
    this.asked.push({ call: "update", last, wanted });
    this.#stop("update", "before");
    work.report("updating");
    this.things.set(idKey(id), wanted as Settings);
    this.#stop("update", "after");
    return this.live(id);
  }

  async delete(id: string): Promise<void> {
    this.asked.push({ call: "delete" });
    this.#stop("delete", "before");
    this.things.delete(idKey(id));
  }
}
