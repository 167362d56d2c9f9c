/** Every property of a kind's schema, nested ones too, with what its description says. */
import fs from "node:fs";
import type { KindName } from "../../../provider/kinds/kind.ts";

type Node = Readonly<Record<string, unknown>>;

export interface SchemaProperty {
  /**
   * `properties.groups[].groupType`; `tags.*` for a map; a choice is named by its instance type:
   * `properties.providerSpecificInput(InMage).recoveryPointHistory`.
   */
  readonly path: string;
  readonly schema: Node;
  /** Its own description and those of what it is in. */
  readonly descriptions: string;
}

interface Place {
  readonly path: string;
  readonly descriptions: string;
}

function isNode(value: unknown): value is Node {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function resolved(root: Node, node: Node): Node {
  const reference = node["$ref"];
  if (typeof reference !== "string") return node;
  const keys = reference.replace(/^#\//, "").split("/");
  const target = keys.reduce<unknown>((value, key) => (value as Node)[key], root) as Node;
  const { $ref: _reference, ...own } = node;
  return { ...resolved(root, target), ...own };
}

/** The word by which a choice is known. */
function choiceName(root: Node, choice: Node): string {
  const properties = resolved(root, choice)["properties"] as Record<string, Node>;
  return String(properties["instanceType"]!["const"]);
}

function* walk(root: Node, given: Node, place: Place): Generator<SchemaProperty> {
  const schema = resolved(root, given);
  const inside = { ...place, descriptions: `${place.descriptions} ${String(schema["description"] ?? "")}` };
  const properties = Object.entries((schema["properties"] ?? {}) as Record<string, Node>);
  const choices = (schema["oneOf"] ?? []) as Node[];
  const { items, additionalProperties: rest } = schema;
  for (const [key, inner] of properties)
    yield* walk(root, inner, { ...inside, path: place.path === "" ? key : `${place.path}.${key}` });
  for (const choice of choices)
    yield* walk(root, choice, { ...inside, path: `${place.path}(${choiceName(root, choice)})` });
  if (isNode(items)) yield* walk(root, items, { ...inside, path: `${place.path}[]` });
  if (isNode(rest)) yield* walk(root, rest, { ...inside, path: `${place.path}.*` });
  if (properties.length > 0 || choices.length > 0 || isNode(items) || isNode(rest)) return;
  yield { path: place.path, schema, descriptions: inside.descriptions };
}

export function propertiesOf(kind: KindName): SchemaProperty[] {
  const text = fs.readFileSync(`schema/${kind}.schema.json`, "utf8");
  const root = JSON.parse(text) as Node;
  const { description: _ofTheKind, ...rest } = root;
  return [...walk(rest, rest, { path: "", descriptions: "" })];
}
