/**
 * From a YAML stack definition to Pulumi resources: where the two doors meet. The definition is checked as a
 * whole before the first resource is registered, so that nothing is created by one that fails the check.
 */
import * as pulumi from "@pulumi/pulumi";
import { armIdOf, nameOf } from "./arm-id.ts";
import { AzureIds } from "./dynamic/azure/azure-ids.ts";
import { configuredTarget, forTarget, type Target } from "./dynamic/azure/target.ts";
import { resourceClasses } from "./dynamic/resource-classes.ts";
import type { ReplicationProtectedItem } from "./dynamic/resources.ts";
import type { ActiveLocation } from "./kinds/protected-item.ts";
import { kinds } from "./kinds/registry.ts";
import { declarationsOf } from "./stack/declare.ts";
import { readStack } from "./stack/read-stack.ts";
import type { StackFile } from "./stack/stack-file.ts";
import { DefinitionError } from "./yaml/definition-error.ts";
import type { FindingList } from "./yaml/finding-list.ts";
import { projectFolder } from "./project-folder.ts";
import path from "node:path";

export interface DeclaredStack {
  /** Every resource, by its logical name. */
  readonly resources: ReadonlyMap<string, pulumi.CustomResource>;
  /** Where each protected machine runs, by name. */
  readonly machines: Record<string, pulumi.Output<ActiveLocation>>;
}

/** More of them than this would hide what Pulumi has to say. */
const warningsMax = 10;

/** Shows what is advised against, a line each; notes are for `siterecovery validate`. */
function warn(advice: FindingList): void {
  const warnings = advice.brief("warning", projectFolder());
  for (const warning of warnings.slice(0, warningsMax)) void pulumi.log.warn(warning);
  const more = warnings.length - warningsMax;
  if (more > 0) void pulumi.log.warn(`There are ${more} more; \`siterecovery validate\` lists them.`);
}

/** A relative path counts from the Pulumi project's folder. */
function read(file: string): StackFile {
  try {
    const stack = readStack(path.resolve(projectFolder(), file), { target: configuredTarget() });
    warn(stack.advice);
    return stack;
  } catch (error) {
    // Pulumi shows a RunError's message alone, without a stack trace.
    if (error instanceof DefinitionError) throw new pulumi.RunError(error.format());
    throw error;
  }
}

/** Where a machine runs: the engine's item says it in a word of its own, Azure's among its properties. */
function activeLocationOf(item: pulumi.CustomResource, target: Target): pulumi.Output<ActiveLocation> {
  if (target === "engine") return (item as ReplicationProtectedItem).activeLocation;
  const { properties } = item as unknown as { properties: pulumi.Output<{ activeLocation?: string }> };
  return properties.apply(({ activeLocation }) => (activeLocation === "Recovery" ? "recovery" : "primary"));
}

function declareAll(stack: StackFile, target: Target): DeclaredStack {
  const resources = new Map<string, pulumi.CustomResource>();
  const machines: DeclaredStack["machines"] = {};
  const azureIds = new AzureIds();
  for (const { logicalName, kind, inputs, dependsOn } of declarationsOf(stack)) {
    const make = resourceClasses[kind];
    // The YAML reader's objects have no prototype, and Pulumi puts what it is given into a string.
    const adopt = stack.definition.adopt === true ? { adopt: true } : {};
    const given = target === "azure" ? azureIds.in(inputs) : { ...structuredClone(inputs), ...adopt };
    const options = { dependsOn: dependsOn.map((name) => resources.get(name)!) };
    const resource = new make(logicalName, given as never, options);
    resources.set(logicalName, resource);
    if (target === "azure") azureIds.add(armIdOf(kinds[kind], inputs), resource);
    if (kind === "protected-item") machines[nameOf(logicalName)] = activeLocationOf(resource, target);
  }
  return { resources, machines };
}

/** Declares all resources of a definition. Throws an error for people when the definition is not right. */
export function declareStack(file: string): DeclaredStack {
  const stack = read(file);
  const target = stack.definition.target ?? "engine";
  return forTarget(target, () => declareAll(stack, target));
}
