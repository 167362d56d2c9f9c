import * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../kinds/kind.ts";
import { courierText } from "./courier.ts";
import { declareInAzure } from "./azure/declare-in-azure.ts";
import { currentTarget } from "./azure/target.ts";
import { showUserFrames } from "./user-frames.ts";
import { withWholeSecrets } from "./whole-secrets.ts";
import { adoptKey, providerKey, timeoutsKey, unnamedKey, urnKey } from "../pulumi/reserved-keys.ts";

/** The type token of a kind: `pulumi-nodejs:dynamic/siterecovery:Vault`. */
export function typeToken(kind: Kind): string {
  return `pulumi-nodejs:dynamic/siterecovery:${kind.className}`;
}

/**
 * The URN that a resource is going to have. A promise rather than an output: an output of a component drags in
 * dependencies on all its children, and so on the resource itself.
 */
function urnOf(type: string, name: string, parent: pulumi.Resource | undefined): Promise<string> {
  return new Promise((resolve) => void pulumi.createUrn(name, type, parent).apply(resolve));
}

/** In a preview an output may not be known; Pulumi says so without waiting for the value. */
function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return (output as unknown as { readonly isKnown: Promise<boolean> }).isKnown;
}

/**
 * What a preview can and cannot know. Where a resource is going to be made or updated, Pulumi's host plays its
 * arguments back as its outputs: `type` is then unknown, and `properties` holds what was asked for instead of
 * what comes of it. The name on the other hand is known all along, and with it whatever is named after it: a
 * resource that stays as it is has it, and what is played back says which one `check` found for it.
 */
function foresee(resource: pulumi.CustomResource, nameArgument: string, name: pulumi.Input<string>): void {
  const outputs = resource as unknown as Record<string, pulumi.Output<unknown>>;
  if (outputs["properties"])
    outputs["properties"] = pulumi.all([outputs["properties"], outputs["type"]!]).apply(([value]) => value);
  const [own, played] = [outputs["name"]!, outputs[nameArgument]!];
  const known = async (): Promise<pulumi.Input<unknown>> => {
    if (await isKnown(own)) return own;
    return (await isKnown(played)) ? played : name;
  };
  outputs["name"] = pulumi.all([pulumi.output(known()), resource.urn]).apply(([value]) => value);
}

/**
 * Pulumi's host of dynamic providers does not say which property changed, so that this option would do nothing.
 * Throws a `RunError`.
 */
function refuseReplaceOnChanges(kind: Kind, name: string, options?: pulumi.CustomResourceOptions): void {
  if (!options?.replaceOnChanges?.length) return;
  throw new pulumi.RunError(
    `The ${kind.title} "${name}" cannot have the option replaceOnChanges: Pulumi does not carry it out for dynamic ` +
      "resources. Leave it out, or declare the resource through the plugin, which has it.",
  );
}

/** Of an output the arguments are not known when Pulumi needs their names. Throws a `RunError`. */
function refuseOutput(kind: Kind, name: string, args: unknown): void {
  if (!pulumi.Output.isInstance(args) && !(args instanceof Promise)) return;
  const what = pulumi.Output.isInstance(args) ? "an output" : "a promise";
  throw new pulumi.RunError(
    `The ${kind.title} "${name}" takes an object of arguments, not ${what}. Each argument in the object may be ` +
      `${what}: { resourceGroupName: settings.resourceGroupName }.`,
  );
}

/** What all resources of the package are: a custom resource that Pulumi's own host of dynamic providers serves. */
export abstract class DeclaredResource extends pulumi.CustomResource {
  constructor(
    kind: Kind,
    name: string,
    args: object,
    outputs: readonly string[],
    options?: pulumi.CustomResourceOptions,
  ) {
    refuseOutput(kind, name, args);
    // Who declares for Azure gets azure-native's resource in place of this one.
    if (currentTarget() === "azure") {
      const azureArgs: Record<string, unknown> = { ...args };
      // Azure's own import takes over what exists.
      delete azureArgs["adopt"];
      return declareInAzure(kind, name, azureArgs, options) as DeclaredResource;
    }
    const type = typeToken(kind);
    refuseReplaceOnChanges(kind, name, options);
    const { adopt, ...given } = args as Record<string, unknown>;
    const properties: pulumi.Inputs = {
      // Pulumi gives the resource a property only for keys that are there.
      ...Object.fromEntries(outputs.map((output) => [output, undefined])),
      ...withWholeSecrets(kind, given, outputs),
      [kind.nameArgument]: given[kind.nameArgument] ?? name,
      ...(given[kind.nameArgument] === undefined ? { [unnamedKey]: true } : {}),
      ...(adopt === true ? { [adoptKey]: true } : {}),
      [urnKey]: urnOf(type, name, options?.parent),
      ...(options?.customTimeouts ? { [timeoutsKey]: { ...options.customTimeouts } } : {}),
      [providerKey]: courierText(kind.kind),
    };
    const showAllFrames = showUserFrames();
    try {
      super(type, name, properties, options);
    } finally {
      showAllFrames();
    }
    if (!pulumi.runtime.isDryRun()) return;
    foresee(this, kind.nameArgument, properties[kind.nameArgument] as pulumi.Input<string>);
  }
}
