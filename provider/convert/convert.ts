/**
 * From what there is to a stack definition: a Pulumi stack's state, of programs for this package or for
 * `@pulumi/azure-native`, or an ARM template as Azure exports it and Bicep compiles to.
 */
import path from "node:path";
import type { GivenParameter } from "../arm-template/given-parameters.ts";
import { readJson } from "../arm-template/read-json.ts";
import { SiteRecoveryError } from "../errors.ts";
import { projectFolder } from "../project-folder.ts";
import type { RuleId } from "../rules/registry.ts";
import { checkText } from "../stack/check-text.ts";
import { isOutside } from "../stack/real-folder.ts";
import type { Declaration } from "../stack/declaration.ts";
import { declarationsOf } from "../stack/declare.ts";
import type { StackDefinition } from "../stack/stack-definition.ts";
import { writeYaml } from "../yaml/write-yaml.ts";
import { isArmTemplate, readArmTemplate } from "./arm-template.ts";
import { chooseVault } from "./choose-vault.ts";
import { compareThings } from "./compare-things.ts";
import type { FoundThing, FoundThings, Values } from "./found-thing.ts";
import { isRecord } from "../record.ts";
import { isHypervisorUri } from "../hypervisor-uri.ts";
import { leaveOutUnsupported } from "./leave-out-unsupported.ts";
import { isPulumiState, readPulumiState } from "./pulumi-state.ts";
import { renameThings } from "./rename-things.ts";
import { toDefinition } from "./to-definition.ts";

export interface ConvertOptions {
  /** The definition's own file, which relative folders count from. */
  readonly file: string;
  /** The resource group of a template, which does not name it. */
  readonly resourceGroup?: string | undefined;
  /** Values of a template's parameters. */
  readonly parameters?: readonly GivenParameter[] | undefined;
  /** Which of several vaults is converted. Default the first one that the source declares. */
  readonly vault?: string | undefined;
}

export interface Conversion {
  readonly definition: StackDefinition;
  /** What was not carried over, and what is to be filled in. */
  readonly notes: readonly string[];
}

const advice = "Take what `pulumi stack export`, the export of an ARM template or `az bicep build` wrote.";

function parse(text: string, name: string): Values {
  const document = readJson(text, name, advice);
  if (isRecord(document)) return document;
  throw new SiteRecoveryError("InvalidInput", `${name} is JSON, but no object. ${advice}`, { target: name });
}

function read(text: string, name: string, options: ConvertOptions): FoundThings {
  const document = parse(text, name);
  if (isPulumiState(document)) {
    if (options.parameters === undefined) return readPulumiState(document);
    const message = `${name} is the state of a Pulumi stack, which has no parameters. Leave --parameters out.`;
    throw new SiteRecoveryError("InvalidInput", message, { property: "--parameters" });
  }
  // The answer of Azure's export has the template inside.
  const inner = document["template"];
  const template = isRecord(inner) && !isArmTemplate(document) ? inner : document;
  if (isArmTemplate(template)) return readArmTemplate(template, options);
  const message = `${name} is neither the state of a Pulumi stack nor an ARM template. ${advice}`;
  throw new SiteRecoveryError("InvalidInput", message, { target: name });
}

/** A definition that was made, and what it declares; `undefined` while it is not complete enough to declare anything. */
interface Made extends Conversion {
  /** What was found, under the names that the definition gives it. */
  readonly things: readonly FoundThing[];
  readonly declared: readonly Declaration[] | undefined;
}

/** The text of a definition that was made. */
export function definitionText(definition: StackDefinition): string {
  // A list there has to have entries, or be left out.
  const azure = Object.entries(definition.azure).filter(([, list]) => (list as unknown[]).length > 0);
  return writeYaml({ ...definition, azure: Object.fromEntries(azure) });
}

/** Rules that a definition can break and still say what it declares. */
const bearable: ReadonlySet<RuleId> = new Set<RuleId>([
  "list-length",
  "bad-format",
  "out-of-range",
  "policy-retention-limit",
  "policy-snapshot-frequency",
  "policy-replication-interval",
]);

/** What `validate` would say of the definition apart from its machines, as notes; and whether it can be declared. */
function check(file: string, definition: StackDefinition): { notes: string[]; isUsable: boolean } {
  const { findings } = checkText(file, definitionText(definition));
  const notes = findings.map(
    ({ property, message }) =>
      `the definition is to be completed: ${property === "" ? "" : `${property} `}${message}`,
  );
  // A check that finds the form wrong does not look for all that machines need.
  const isEmpty = [definition.machines, definition.migrations, definition.plans].every(
    (list = []) => list.length === 0,
  );
  const isUsable = findings.length === 0 || (isEmpty && findings.every(({ rule }) => bearable.has(rule)));
  return { notes, isUsable };
}

const notCompared =
  "the definition is not complete, so it was not compared with its source: it may leave out more than these notes say";

/** The part of a definition's options that what is found needs. */
type MakeOptions = Pick<ConvertOptions, "file" | "vault">;

/**
 * A definition of things that were found somewhere. What of them it does not say is for the caller to look for.
 * Throws `InvalidInput` where there is no vault.
 */
export function definitionOf(found: FoundThings, name: string, options: MakeOptions): Made {
  const file = path.resolve(options.file);
  const { things, notes } = renameThings(leaveOutUnsupported(chooseVault(found, name, options.vault)));
  const placeholders: string[] = [];
  const ofSteps: string[] = [];
  const folderOf = (folder: string | undefined, placeholder: string): string => {
    if (folder !== undefined && isHypervisorUri(folder)) return folder;
    if (folder !== undefined) {
      const from = path.dirname(file);
      const absolute = path.resolve(projectFolder(), folder);
      // Files outside the folder of a definition need an absolute path.
      return isOutside(from, absolute) ? absolute : path.relative(from, absolute) || ".";
    }
    placeholders.push(`replace ${placeholder} with the folder`);
    return placeholder;
  };
  const definition = toDefinition(things, folderOf, ofSteps);
  const { notes: ofCheck, isUsable } = check(file, definition);
  const declared = isUsable ? declarationsOf({ file, definition }) : undefined;
  const ofCompare = declared === undefined ? [notCompared] : [];
  return {
    definition,
    things,
    declared,
    notes: [...notes, ...ofSteps, ...ofCheck, ...ofCompare, ...placeholders],
  };
}

/** Throws `InvalidInput` for what is no source, or holds no vault. */
export function convert(text: string, name: string, options: ConvertOptions): Conversion {
  const { definition, things, declared, notes } = definitionOf(read(text, name, options), name, options);
  if (declared === undefined) return { definition, notes };
  const declaredThings = declared.map(({ kind, inputs }) => ({ kind, inputs: inputs as Values }));
  return { definition, notes: [...notes, ...compareThings(things, declaredThings)] };
}
