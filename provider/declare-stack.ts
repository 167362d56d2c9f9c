/**
 * From a YAML stack definition to Pulumi resources: where the two doors meet. The definition is checked as a
 * whole before the first resource is registered, so that nothing is created by one that fails the check.
 */
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "./arm-id.ts";
import { resourceClasses } from "./dynamic/resource-classes.ts";
import type { ReplicationProtectedItem } from "./dynamic/protected-item.ts";
import type { ActiveLocation } from "./kinds/protected-item.ts";
import { declarationsOf } from "./stack/declare.ts";
import { readStack } from "./stack/read-stack.ts";
import type { StackFile } from "./stack/stack-file.ts";
import { DefinitionError } from "./yaml/definition-error.ts";
import { projectFolder } from "./project-folder.ts";
import path from "node:path";

export interface DeclaredStack {
  /** Every resource, by its logical name. */
  readonly resources: ReadonlyMap<string, pulumi.CustomResource>;
  /** Where each protected machine runs, by name. */
  readonly machines: Record<string, pulumi.Output<ActiveLocation>>;
}

/** A relative path counts from the Pulumi project's folder. */
function read(file: string): StackFile {
  try {
    return readStack(path.resolve(projectFolder(), file));
  } catch (error) {
    // Pulumi shows a RunError's message alone, without a stack trace.
    if (error instanceof DefinitionError) throw new pulumi.RunError(error.format());
    throw error;
  }
}

/** Declares all resources of a definition. Throws an error for people when the definition is not right. */
export function declareStack(file: string): DeclaredStack {
  const stack = read(file);
  const resources = new Map<string, pulumi.CustomResource>();
  const machines: DeclaredStack["machines"] = {};
  for (const declaration of declarationsOf(stack)) {
    const make = resourceClasses[declaration.kind];
    const dependsOn = declaration.dependsOn.map((name) => resources.get(name)!);
    // The YAML reader's objects have no prototype, and Pulumi puts what it is given into a string.
    const inputs = structuredClone(declaration.inputs) as never;
    const resource = new make(declaration.logicalName, inputs, { dependsOn });
    resources.set(declaration.logicalName, resource);
    if (declaration.kind === "protected-item") {
      machines[nameOf(declaration.logicalName)] = (resource as ReplicationProtectedItem).activeLocation;
    }
  }
  return { resources, machines };
}
