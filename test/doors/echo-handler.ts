import { armIdOf, nameOf } from "../../provider/arm-id.ts";
import { SiteRecoveryError } from "../../provider/errors.ts";
import type { DiffAnswer, Handler, Live, PropertyChange, Work } from "../../provider/handlers/handler.ts";
import { Notice } from "../../provider/handlers/notice.ts";
import type { KindName } from "../../provider/kinds/kind.ts";
import { kinds } from "../../provider/kinds/registry.ts";
import { given, joined, type Message, said } from "../../provider/message.ts";
import { isRecord } from "../../provider/record.ts";
import { outputSchemaOf } from "../../provider/schemas/json-schema.ts";
import { leavesOf } from "./secret-values.ts";
import type { Values } from "./door.ts";

function isShown(leaf: unknown): leaf is string | number {
  return typeof leaf === "string" || typeof leaf === "number";
}

/** All values of arguments in one sentence. */
function quoted(...values: object[]): Message {
  return joined(values.flatMap(leavesOf).filter(isShown));
}

/** The paths of all values. */
function pathsOf(value: unknown, path = ""): [string, unknown][] {
  if (value === null || typeof value !== "object") return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) =>
    pathsOf(inner, Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`),
  );
}

/** A handler that takes everything, and quotes it wherever a handler can: outputs, progress, drift, notices, errors. */
export class EchoHandler implements Handler {
  readonly kind;
  #settings: Values | undefined;
  /** What the next work ends with, after it is done. */
  trouble: "refusal" | "defect" | undefined;

  constructor(kind: KindName) {
    this.kind = kinds[kind];
  }

  withDefaults(wanted: object): object {
    return wanted;
  }

  async check(): Promise<readonly []> {
    return [];
  }

  #live(id: string): Live<object, object> {
    const inputs = this.#settings!;
    const leaves = leavesOf(inputs).filter(isShown);
    const copies = { copies: leaves, ids: leaves.map((leaf) => `/things/${leaf}/parts`) };
    const own = { name: nameOf(id), type: this.kind.armType };
    const echoed = Object.keys(outputSchemaOf(this.kind.kind).properties ?? {}).map((output) => {
      const argument = inputs[output];
      return [output, isRecord(argument) ? { ...argument, ...copies } : copies] as const;
    });
    const outputs = { ...Object.fromEntries(echoed), ...own };
    return { id, inputs, outputs };
  }

  #end(...values: object[]): void {
    const trouble = this.trouble;
    this.trouble = undefined;
    const text = quoted(...values);
    if (trouble === "refusal") throw new SiteRecoveryError("JobFailed", said`It did not work with ${text}.`);
    if (trouble === "defect") throw new Error(`cannot read ${text}`);
  }

  async read(id: string): Promise<Live<object, object> | undefined> {
    if (this.#settings === undefined) return undefined;
    const live = this.#live(id);
    this.#end(this.#settings);
    return live;
  }

  async diff(_id: string, last: object, wanted: object): Promise<DiffAnswer> {
    const before = new Map(pathsOf(last));
    const changes = pathsOf(wanted).map(([property, to]): PropertyChange => ({
      property,
      from: before.get(property),
      to,
      cause: "drift",
    }));
    const notices = pathsOf(wanted).map(
      ([path, value]) => new Notice("warning", said`${given(value, path)} was ${String(before.get(path))}`),
    );
    this.#end(last, wanted);
    return { changes, replaces: [], notices };
  }

  async create(wanted: object, work: Work): Promise<Live<object, object>> {
    this.#settings = wanted as Values;
    work.report(said`making ${quoted(wanted)}`);
    const live = this.#live(armIdOf(this.kind, wanted));
    this.#end(wanted);
    return live;
  }

  async update(id: string, last: object, wanted: object, work: Work): Promise<Live<object, object>> {
    this.#settings = wanted as Values;
    work.report(said`changing ${quoted(last)} to ${quoted(wanted)}`);
    this.#end(last, wanted);
    return this.#live(id);
  }

  async delete(_id: string, work: Work): Promise<void> {
    work.report(said`removing ${quoted(this.#settings!)}`);
    this.#end(this.#settings!);
    this.#settings = undefined;
  }
}
