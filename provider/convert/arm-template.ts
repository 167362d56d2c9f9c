/** Things of an ARM template: what the portal's "Export template" and `az group export` write, and what Bicep compiles to. */
import { at, isRecord as isTemplateRecord, textAt as templateText } from "../arm-template/values.ts";
import { expandTemplate, type TemplateResource } from "../arm-template/expand-template.ts";
import { type GivenParameter, givenParameters } from "../arm-template/given-parameters.ts";
import { type LeftOut, settle } from "../arm-template/settle.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { Kind } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import { addSubnets, type FoundSubnet, subnetOf, subnetType } from "./add-subnets.ts";
import { type FoundThing, type FoundThings, present, recordAt, textAt, type Values } from "./found-thing.ts";
import { shapeOf } from "./template-shapes.ts";

/** Whether a document is an ARM template. */
export function isArmTemplate(document: Values): boolean {
  const resources = at(document, "resources");
  const isList = Array.isArray(resources) || isTemplateRecord(resources);
  const isNamed = /deploymentTemplate/i.test(templateText(document, "$schema") ?? "");
  return isList && (isNamed || templateText(document, "contentVersion") !== undefined);
}

const kindOfType = new Map(Object.values(kinds).map((kind) => [kind.armType.toLowerCase(), kind]));

export interface TemplateOptions {
  /** The resource group that the template is deployed in; it does not name it. */
  readonly resourceGroup?: string | undefined;
  readonly parameters?: readonly GivenParameter[] | undefined;
}

/** The arguments in a kind's path, or `undefined` if the resource's name has another number of parts. */
function pathArguments(kind: Kind, name: string): Values | undefined {
  const places = [...kind.path.matchAll(/\{(\w+)\}/g)].map(([, argument]) => argument!);
  const parts = name.split("/");
  if (parts.length !== places.length || parts.includes("")) return undefined;
  return Object.fromEntries(places.map((place, index) => [place, parts[index]]));
}

const read = ["location", "tags", "sku", "kind", "identity", "properties"] as const;

class Reading {
  readonly things: FoundThing[] = [];
  readonly subnets: FoundSubnet[] = [];
  readonly notes: string[] = [];
  readonly leftOut: LeftOut[] = [];

  #groupOf({ resourceGroup }: TemplateResource): string {
    if (resourceGroup !== undefined) return resourceGroup;
    const message = "An ARM template does not name its resource group. Say it with --resource-group.";
    throw new SiteRecoveryError("InvalidInput", message, { property: "--resource-group" });
  }

  #values({ evaluator, source, path }: TemplateResource): Values {
    const pairs = read.map((key) => [
      key,
      settle(evaluator.value(at(source, key)), `${path}.${key}`, this.leftOut),
    ]);
    return Object.fromEntries(pairs) as Values;
  }

  add(resource: TemplateResource): void {
    const { type, name, path, existing } = resource;
    const kind = kindOfType.get(type.toLowerCase());
    const isSubnet = type.toLowerCase() === subnetType;
    if (!kind && !isSubnet) this.notes.push(`${name} is a ${type}, which no definition declares`);
    else if (existing) {
      if (kind?.kind === "vault") this.things.push({ kind: "vault", inputs: this.#existingVault(resource) });
      this.notes.push(`${path} (${type} ${name}) is marked as existing: the template does not declare it`);
    } else if (!kind) this.subnets.push(subnetOf(resource, this.#values(resource)));
    else this.#addThing(kind, resource);
  }

  #existingVault(resource: TemplateResource): Values {
    return { resourceGroupName: this.#groupOf(resource), vaultName: resource.name };
  }

  #addThing(kind: Kind, resource: TemplateResource): void {
    const names = pathArguments(kind, resource.name);
    if (!names) {
      const why = `its name '${resource.name}' has not as many parts as its type`;
      this.notes.push(`${resource.path} (${resource.type}) is left out: ${why}`);
      return;
    }
    const values = this.#values(resource);
    const { inputs, unused } = shapeOf(kind.kind, values);
    this.things.push({
      kind: kind.kind,
      inputs: { resourceGroupName: this.#groupOf(resource), ...names, ...inputs },
      ...present({ friendlyName: friendlyNameOf(values) }),
    });
    if (unused.length > 0)
      this.notes.push(
        `the ${kind.title} ${resource.name.split("/").at(-1)!}: ${unused.join(", ")} not carried over`,
      );
  }
}

/** What people call a thing whose name is a UUID. */
function friendlyNameOf(values: Values): string | undefined {
  const properties = recordAt(values, "properties");
  const details = recordAt(properties, "providerSpecificDetails");
  const texts = [
    textAt(properties, "friendlyName"),
    ...["vmName", "vmFriendlyName", "targetAzureVmName", "recoveryAzureVMName"].map((key) =>
      textAt(details, key),
    ),
  ];
  return texts.find((text) => text !== undefined);
}

/** One note for all places with the same reason. */
function notesOf(leftOut: readonly LeftOut[]): string[] {
  const byReason = Map.groupBy(leftOut, ({ reason }) => reason);
  return [...byReason].map(([reason, places]) => {
    const paths = [...new Set(places.map(({ path }) => path))];
    return `${paths.join(", ")} ${paths.length === 1 ? "is" : "are"} left out: ${reason}`;
  });
}

/**
 * What is not understood is left out, with a note. Throws `InvalidInput` for what Azure would refuse: an expression that
 * is none, a circle of variables, a parameter that the template does not have.
 */
export function readArmTemplate(document: Values, options: TemplateOptions): FoundThings {
  const { resourceGroup, parameters = [] } = options;
  const { resources, notes } = expandTemplate({
    document,
    given: givenParameters(document, parameters),
    resourceGroup,
    advice: "give it one with --parameters <file>",
  });
  const reading = new Reading();
  for (const resource of resources) reading.add(resource);
  const { things, notes: ofSubnets } = addSubnets(reading.things, reading.subnets);
  return { things, notes: [...notes, ...reading.notes, ...ofSubnets, ...notesOf(reading.leftOut)] };
}
