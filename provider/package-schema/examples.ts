/**
 * A kind's example as a program's text. The schema of the kind holds it as JSON, in which `${policy.id}` stands for
 * an output of another resource, as in Pulumi's YAML; a variable's name is the only thing left open.
 */
import { schemaOf } from "../handlers/check-schema.ts";
import type { Kind } from "../kinds/kind.ts";
import { writeYaml } from "../yaml/write-yaml.ts";

interface Example {
  /** What the resource is called in the program; its own name follows from it. */
  readonly logicalName: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Throws `Bug` by the way of a missing property when a kind's schema has no example; a test sees to it. */
export function exampleOf({ kind, nameArgument }: Kind): Example {
  const [example] = schemaOf(kind)["examples"] as Record<string, unknown>[];
  const { [nameArgument]: logicalName, ...inputs } = example!;
  return { logicalName: logicalName as string, inputs };
}

const wholeReference = /^\$\{([\w.]+)\}$/;

/** A value as TypeScript; `indent` is that of the line it begins in. */
function typescript(value: unknown, indent: string): string {
  if (typeof value === "string") {
    const whole = wholeReference.exec(value);
    if (whole) return whole[1]!;
    return value.includes("${") ? `pulumi.interpolate\`${value}\`` : JSON.stringify(value);
  }
  if (value === null || typeof value !== "object") return String(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one !== "object"))
      return `[${value.map((one) => typescript(one, "")).join(", ")}]`;
    return `[\n${value.map((one) => `${inner}${typescript(one, inner)},\n`).join("")}${indent}]`;
  }
  const entries = Object.entries(value).map(([key, one]) => `${inner}${key}: ${typescript(one, inner)},\n`);
  return `{\n${entries.join("")}${indent}}`;
}

/** With the classes of the package, or of an SDK that was made from its schema: they have the same names. */
export function typescriptExample(kind: Kind): string {
  const { logicalName, inputs } = exampleOf(kind);
  return `new sr.${kind.className}(${JSON.stringify(logicalName)}, ${typescript(inputs, "")});\n`;
}

/** For Pulumi's YAML, which needs the provider plugin. */
export function yamlExample(kind: Kind): string {
  const { logicalName, inputs } = exampleOf(kind);
  const resource = { type: `siterecovery:${kind.className}`, properties: inputs };
  return writeYaml({ resources: { [logicalName]: resource } });
}
