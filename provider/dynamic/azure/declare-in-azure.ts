/** Declares for Azure what a program declares: by classes of azure-native, or as what Azure knows by itself. */
import * as pulumi from "@pulumi/pulumi";
import { armIdOf, idNames } from "../../arm-id.ts";
import { embeddedSubscriptionId, type Kind } from "../../kinds/kind.ts";
import { azureClass, azureSubscription } from "./azure-class.ts";
import { AzurePart, withoutParts } from "./azure-part.ts";
import { fates } from "./fates.ts";
import type { Created } from "./fate.ts";
import { type Declared, refused } from "./refused.ts";

type Args = Readonly<Record<string, unknown>>;

/** The arguments that an id is made of, by name. */
function idOf(kind: Kind, args: Args, provider: pulumi.ProviderResource | undefined): pulumi.Output<string> {
  const parts = Object.fromEntries(idNames(kind).map((name) => [name, args[name]]));
  return pulumi
    .all([pulumi.output(parts as Record<string, string>), azureSubscription(provider)])
    .apply(([values, subscription]) => armIdOf(kind, values).replace(embeddedSubscriptionId, subscription));
}

async function resourcesIn(
  depends: pulumi.CustomResourceOptions["dependsOn"],
): Promise<readonly pulumi.Resource[]> {
  const given = await depends;
  const list = given === undefined ? [] : Array.isArray(given) ? given : [given];
  // An entry may be a promise as well.
  return Promise.all(
    (list as (pulumi.Resource | Promise<pulumi.Resource>)[]).map((one) => Promise.resolve(one)),
  );
}

function find(
  { kind, name }: Declared,
  args: Args,
  { parent, dependsOn, provider }: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const id = idOf(kind, args, provider);
  const facts = {
    className: kind.className,
    id,
    // With the id it takes along what the parts of the path depend on.
    name: pulumi.all([pulumi.output(args[kind.nameArgument] as string), id]).apply(([own]) => own),
    type: kind.armType,
  };
  return new AzurePart(name, facts, resourcesIn(dependsOn), parent ? { parent } : {});
}

function create(
  declared: Declared,
  fate: Created,
  args: Args,
  { dependsOn, ...rest }: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const wishes = Object.entries(fate.refused).filter(([property]) => args[property] !== undefined);
  if (wishes.length > 0) {
    const reasons = wishes.map(([property, why]) => refused(declared, property, why).message);
    throw new pulumi.RunError(reasons.join("\n"));
  }
  const kept = Object.fromEntries(
    Object.entries(args).filter(([key, value]) => value !== undefined && !fate.leftOut.includes(key)),
  );
  const wanted = fate.adapt?.(kept, declared) ?? kept;
  const options = dependsOn ? { ...rest, dependsOn: resourcesIn(dependsOn).then(withoutParts) } : rest;
  const made = new (azureClass(fate.file, fate.className))(declared.name, wanted, options);
  fate.onMade?.(kept, made);
  return made;
}

/** What a program gets in place of a resource of the engine's. Throws a `RunError` for what Azure cannot do. */
export function declareInAzure(
  kind: Kind,
  name: string,
  given: object,
  options: pulumi.CustomResourceOptions = {},
): pulumi.Resource {
  const fate = fates[kind.kind];
  const declared = { kind, name };
  if (fate.is === "refused") throw refused(declared, undefined, fate.why);
  const args: Args = { ...given, [kind.nameArgument]: (given as Args)[kind.nameArgument] ?? name };
  if (fate.is === "found" || fate.isFound?.(args) === true) return find(declared, args, options);
  return create(declared, fate, args, options);
}
