/**
 * From what there is to a stack definition: a Pulumi stack's state, of programs for this package or for
 * `@pulumi/azure-native`, or an ARM template as Azure exports it.
 */
import path from "node:path";
import { SiteRecoveryError } from "../errors.ts";
import { projectFolder } from "../project-folder.ts";
import { isOutside } from "../stack/real-folder.ts";
import type { Declaration } from "../stack/declaration.ts";
import { declarationsOf } from "../stack/declare.ts";
import type { StackDefinition } from "../stack/stack-definition.ts";
import { isArmTemplate, readArmTemplate } from "./arm-template.ts";
import { compareThings } from "./compare-things.ts";
import { type FoundThings, isRecord } from "./found-thing.ts";
import { isPulumiState, readPulumiState } from "./pulumi-state.ts";
import { toDefinition } from "./to-definition.ts";

export interface ConvertOptions {
  /** The definition's own file, which relative folders count from. */
  readonly file: string;
  /** The resource group of a template, which does not name it. */
  readonly resourceGroup?: string | undefined;
}

export interface Conversion {
  readonly definition: StackDefinition;
  /** What was not carried over, and what is to be filled in. */
  readonly notes: readonly string[];
}

function parse(text: string, name: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    const message = `${name} is no JSON: ${String(error).replaceAll(/\s+/g, " ")}. Take what \`pulumi stack export\` or the export of an ARM template wrote.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: name });
  }
  if (isRecord(document)) return document;
  throw new SiteRecoveryError("InvalidInput", `${name} is JSON, but no object.`, { target: name });
}

function read(text: string, name: string, resourceGroup: string | undefined): FoundThings {
  const document = parse(text, name);
  if (isPulumiState(document)) return readPulumiState(document);
  if (!isArmTemplate(document)) {
    const message = `${name} is neither the state of a Pulumi stack nor an ARM template. Make one with \`pulumi stack export\`, or export the resource group in Azure.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: name });
  }
  if (resourceGroup !== undefined) return readArmTemplate(document, resourceGroup);
  const message = `${name} is an ARM template, and those do not name their resource group. Say it with --resource-group.`;
  throw new SiteRecoveryError("InvalidInput", message, { property: "--resource-group" });
}

/** A definition that was made, and what it declares. */
interface Made extends Conversion {
  readonly declared: readonly Declaration[];
}

/**
 * A definition of things that were found somewhere. What of them it does not say is for the caller to look for.
 * Throws `InvalidInput` where there is no vault.
 */
export function definitionOf(found: FoundThings, name: string, options: Pick<ConvertOptions, "file">): Made {
  const { things, notes } = found;
  if (!things.some(({ kind }) => kind === "vault")) {
    const message = `${name} holds no Recovery Services vault, and so nothing that a definition could declare.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: name });
  }
  const placeholders: string[] = [];
  const definition = toDefinition(things, (folder, placeholder) => {
    if (folder !== undefined) {
      const from = path.dirname(path.resolve(options.file));
      const absolute = path.resolve(projectFolder(), folder);
      // What lies around a definition is named by an absolute path only.
      return isOutside(from, absolute) ? absolute : path.relative(from, absolute) || ".";
    }
    placeholders.push(`say which folder ${placeholder} stands for`);
    return placeholder;
  });
  const declared = declarationsOf({ file: path.resolve(options.file), definition });
  return { definition, declared, notes: [...notes, ...placeholders] };
}

/** Throws `InvalidInput` for what is no source, or holds no vault. */
export function convert(text: string, name: string, options: ConvertOptions): Conversion {
  const found = read(text, name, options.resourceGroup);
  const { definition, declared, notes } = definitionOf(found, name, options);
  const things = declared.map(({ kind, inputs }) => ({ kind, inputs: inputs as Record<string, unknown> }));
  return { definition, notes: [...notes, ...compareThings(found.things, things)] };
}
