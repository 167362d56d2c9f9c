import { type Door, DoorFailure, type Kept, type Values } from "./door.ts";

interface Resource extends Kept {
  readonly inputs: Values;
  readonly initErrors: readonly string[];
}

/** One resource in a stack, and what Pulumi's engine does with it, as far as doors can tell. */
export class Stack {
  resource: Resource | undefined;
  readonly #door: Door;

  constructor(door: Door) {
    this.#door = door;
  }

  /** What `pulumi up` does; says which step was taken. Throws what the door tells, after keeping what there is. */
  async up(program: Values): Promise<"create" | "same" | "update" | "replace" | "refused"> {
    const before = this.resource;
    const { inputs, failures } = await this.#door.check(before?.inputs ?? {}, program);
    if (failures.length > 0) return "refused";
    if (!before) {
      await this.#keep(inputs, this.#door.create(inputs));
      return "create";
    }
    const sides = { oldInputs: before.inputs, inputs };
    const { changes, replaces, deleteBeforeReplace } = await this.#door.diff(before, sides);
    if (replaces.length > 0) return this.#replace(program, deleteBeforeReplace);
    // A resource with errors is updated whatever the diff says.
    if (!changes && before.initErrors.length === 0) {
      this.resource = { ...before, inputs };
      return "same";
    }
    await this.#keep(inputs, this.#door.update(before, sides));
    return "update";
  }

  async #replace(program: Values, deleteFirst: boolean): Promise<"replace"> {
    const old = this.resource!;
    const { inputs } = await this.#door.check({}, program);
    if (deleteFirst) await this.#door.delete(old);
    await this.#keep(inputs, this.#door.create(inputs));
    if (!deleteFirst) await this.#door.delete(old);
    return "replace";
  }

  async #keep(inputs: Values, work: Promise<Kept>): Promise<void> {
    try {
      this.resource = { ...(await work), inputs, initErrors: [] };
    } catch (error) {
      if (error instanceof DoorFailure && error.kept)
        this.resource = { ...error.kept, inputs, initErrors: error.reasons };
      throw error;
    }
  }

  /** What `pulumi refresh` does; says whether the thing is still there. */
  async refresh(): Promise<boolean> {
    const before = this.resource!;
    const found = await this.#door.read(before, before.inputs);
    this.resource = found ? { ...before, ...found } : undefined;
    return found !== undefined;
  }

  async destroy(): Promise<void> {
    await this.#door.delete(this.resource!);
    this.resource = undefined;
  }
}
