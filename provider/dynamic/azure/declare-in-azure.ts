/** Declares for Azure what a program declares: by classes of azure-native, or as what Azure knows by itself. */
import * as pulumi from "@pulumi/pulumi";
import { armIdOf } from "../../arm-id.ts";
import { embeddedSubscriptionId, type Kind } from "../../kinds/kind.ts";
import { azureClass, azureSubscription } from "./azure-class.ts";
import { AzurePart, withoutParts } from "./azure-part.ts";
import { fates } from "./fates.ts";
import type { Created, Found } from "./fate.ts";
import { type Declared, refused } from "./refused.ts";

type Args = Readonly<Record<string, unknown>>;

/** The arguments that an id is made of, by name. */
function idOf(kind: Kind, args: Args): pulumi.Output<string> {
  const names = [...kind.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const parts = Object.fromEntries(["resourceGroupName", ...names].map((name) => [name, args[name]]));
  return pulumi
    .all([pulumi.output(parts as Record<string, string>), azureSubscription()])
    .apply(([values, subscription]) => armIdOf(kind, values).replace(embeddedSubscriptionId, subscription));
}

async function behindOf(depends: pulumi.CustomResourceOptions["dependsOn"]): Promise<pulumi.Resource[]> {
  const given = await depends;
  const list = given === undefined ? [] : Array.isArray(given) ? given : [given];
  return withoutParts(await Promise.all(list as pulumi.Resource[]));
}

function resourcesIn(depends: pulumi.CustomResourceOptions["dependsOn"]): pulumi.Resource[] {
  const list = Array.isArray(depends) ? depends : [depends];
  return list.filter((one): one is pulumi.Resource => pulumi.Resource.isInstance(one));
}

function readExisting(
  { kind, name }: Declared,
  { file, className }: Pick<Created, "file" | "className">,
  args: Args,
  options: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  return azureClass(file, className).get(name, idOf(kind, args), options);
}

function create(
  declared: Declared,
  fate: Created,
  args: Args,
  options: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  for (const [property, why] of Object.entries(fate.refused))
    if (args[property] !== undefined) throw refused(declared, property, why);
  if (fate.isRead?.(args) === true) return readExisting(declared, fate, args, options);
  const kept = Object.fromEntries(
    Object.entries(args).filter(([key, value]) => value !== undefined && !fate.leftOut.includes(key)),
  );
  const wanted = fate.adapt?.(kept, declared) ?? kept;
  const made = new (azureClass(fate.file, fate.className))(declared.name, wanted, options);
  fate.onMade?.(kept, made);
  return made;
}

function find(
  declared: Declared,
  fate: Found,
  args: Args,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const { file, className } = fate;
  if (file !== undefined && className !== undefined)
    return readExisting(declared, { file, className }, args, options);
  const { kind, name } = declared;
  const { parent, dependsOn } = options;
  const id = idOf(kind, args);
  const facts = {
    className: kind.className,
    id,
    // With the id it takes along what the parts of the path depend on.
    name: pulumi.all([pulumi.output(args[kind.nameArgument] as string), id]).apply(([own]) => own),
    type: kind.armType,
  };
  return new AzurePart(name, facts, resourcesIn(dependsOn), parent ? { parent } : {});
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
  if (fate.is === "found") return find(declared, fate, args, options);
  const { dependsOn, ...rest } = options;
  return create(declared, fate, args, dependsOn ? { ...rest, dependsOn: behindOf(dependsOn) } : rest);
}
