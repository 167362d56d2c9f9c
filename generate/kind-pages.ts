/** Writes `docs/resources/<Class>.md`: a page of each kind, from the schemas of its arguments and outputs. */
import { schemaOf } from "../provider/handlers/check-schema.ts";
import { type Kind, kindNames } from "../provider/kinds/kind.ts";
import { kinds } from "../provider/kinds/registry.ts";
import { typescriptExample, yamlExample } from "../provider/package-schema/examples.ts";
import { type JsonSchema, outputSchemaOf } from "../provider/schemas/json-schema.ts";

type Property = JsonSchema & {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly "x-unit"?: string;
};

function typeOf(property: Property): string {
  if (property.const !== undefined) return `\`${property.const}\``;
  if (property.enum) return property.enum.map((word) => `\`${word}\``).join(", ");
  if (property.items) return `list of ${typeOf(property.items as Property)}`;
  if (property.oneOf) return "one of those below";
  return property.type === undefined ? "any" : [property.type].flat().join(" or ");
}

function rangeOf({ minimum, maximum }: Property): string {
  if (minimum === undefined && maximum === undefined) return "";
  if (maximum === undefined) return `, ${minimum} or more`;
  return minimum === undefined ? `, at most ${maximum}` : `, ${minimum} to ${maximum}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** A row of each property: path, type, whether required, default, whether immutable, what it is; and below it those of what it holds, with the path to them. */
export function rowsOf(root: JsonSchema, schema: JsonSchema, path: string): string[][] {
  const target = schema.$ref === undefined ? schema : root.$defs![schema.$ref.split("/").at(-1)!]!;
  const own = Object.entries(target.properties ?? {}).flatMap(([name, property]) => {
    const at = `${path}${name}`;
    const resolved: Property =
      property.$ref === undefined
        ? property
        : { ...root.$defs![property.$ref.split("/").at(-1)!]!, ...property };
    const row = [
      `\`${at}\``,
      `${typeOf(resolved)}${resolved["x-unit"] === undefined ? "" : ` (${resolved["x-unit"]})`}${rangeOf(resolved)}`,
      target.required?.includes(name) ? "yes" : "",
      resolved.default === undefined ? "" : `\`${String(resolved.default)}\``,
      resolved["x-immutable"] ? "yes" : "",
      resolved.description ?? "",
    ];
    const inner = resolved.items ?? resolved;
    return [row, ...rowsOf(root, inner, resolved.items ? `${at}[].` : `${at}.`)];
  });
  const branches = (target.oneOf ?? []).flatMap((branch) => {
    const word = branch.properties?.["instanceType"]?.const;
    const where = word === undefined ? path : `${path.slice(0, -1)}(${word}).`;
    return rowsOf(root, branch, where);
  });
  return [...own, ...branches];
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // A column that says nothing is left out.
  const columns = head.flatMap((_, index) => (rows.some((row) => row[index] !== "") ? [index] : []));
  const line = (cells: readonly string[]): string =>
    `| ${columns.map((index) => cell(cells[index]!)).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

export function kindPage(kind: Kind): string {
  const inputs = schemaOf(kind.kind) as JsonSchema;
  const outputs = outputSchemaOf(kind.kind);
  const idOf = `/subscriptions/{subscription}/resourceGroups/{resourceGroupName}/providers/${kind.path}`;
  return [
    `# ${kind.className}`,
    inputs.description ?? "",
    `Dynamic resource: \`pulumi-nodejs:dynamic/siterecovery:${kind.className}\`. Plugin: \`siterecovery:index:${kind.className}\`.`,
    "## Example",
    `\`\`\`ts\n${typescriptExample(kind)}\`\`\``,
    `\`\`\`yaml\n${yamlExample(kind)}\`\`\``,
    "## Arguments",
    table(["argument", "type", "required", "default", "replaces", "what"], rowsOf(inputs, inputs, "")),
    "A change of an argument marked _replaces_ makes the resource again; all others change it in place.",
    "## Outputs",
    table(
      ["output", "type", "", "", "", "what"],
      rowsOf(outputs, outputs, "").map((row) => [row[0]!, row[1]!, "", "", "", row[5]!]),
    ),
    "## Import",
    `By its ARM id, with the plugin:\n\n\`\`\`sh\npulumi import siterecovery:index:${kind.className} <name> ${idOf}\n\`\`\``,
  ].join("\n\n");
}

/** All pages by file name, and the list of them. */
export function kindPages(): Record<string, string> {
  const all = kindNames.map((name) => kinds[name]);
  const rows = all.map((kind) => [
    `[${kind.className}](${kind.className}.md)`,
    (schemaOf(kind.kind) as JsonSchema).description ?? "",
  ]);
  const index = `# Resources\n\nMade by \`npm run generate\` from the schemas in \`schema/\`.\n\n${table(["resource", "what"], rows)}`;
  return {
    "README.md": index,
    ...Object.fromEntries(all.map((kind) => [`${kind.className}.md`, kindPage(kind)])),
  };
}
