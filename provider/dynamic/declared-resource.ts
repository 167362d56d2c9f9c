import * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../kinds/kind.ts";
import { courierText } from "./courier.ts";
import { providerKey, urnKey } from "../pulumi/reserved-keys.ts";

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

/** What all resources of the package are: a custom resource that Pulumi's own host of dynamic providers serves. */
export abstract class DeclaredResource extends pulumi.CustomResource {
  constructor(
    kind: Kind,
    name: string,
    args: object,
    outputs: readonly string[],
    options?: pulumi.CustomResourceOptions,
  ) {
    const type = typeToken(kind);
    const given = args as Record<string, unknown>;
    const properties: pulumi.Inputs = {
      // Pulumi gives the resource a property only for keys that are there.
      ...Object.fromEntries(outputs.map((output) => [output, undefined])),
      ...given,
      [kind.nameArgument]: given[kind.nameArgument] ?? name,
      [urnKey]: urnOf(type, name, options?.parent),
      [providerKey]: courierText(kind.kind),
    };
    super(type, name, properties, options);
    if (pulumi.runtime.isDryRun()) this.#foresee(properties[kind.nameArgument] as pulumi.Input<string>);
  }

  /**
   * What a preview can and cannot know. Where a resource is going to be made or updated, Pulumi's host plays its
   * arguments back as its outputs: `type` is then unknown, and `properties` holds what was asked for instead of
   * what comes of it. The name on the other hand is known all along, and with it whatever is named after it.
   */
  #foresee(name: pulumi.Input<string>): void {
    const outputs = this as unknown as Record<string, pulumi.Output<unknown>>;
    if (outputs["properties"])
      outputs["properties"] = pulumi.all([outputs["properties"], outputs["type"]!]).apply(([value]) => value);
    outputs["name"] = pulumi.all([name, this.urn]).apply(([value]) => value);
  }
}
