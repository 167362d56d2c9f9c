/**
 * Gives things the names that a definition has for them. Azure names fabrics, containers and machines by UUIDs; a
 * definition has the names that people know, and one container in a site, which has the site's name.
 */
import { type FoundThing, type FoundThings, textAt, type Values } from "./found-thing.ts";
import { isRecord } from "../record.ts";
import { fabricTypeOf } from "./convert-sites.ts";
import { isName, partOf, propertiesOf } from "./things-of.ts";

const uuid = /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;
const definitionName = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** Names that Azure made: UUIDs and hashes, with `cloud_` or the like in front. */
function isAzureName(name: string): boolean {
  return uuid.test(name.replace(/^[a-z]+_/i, "")) || /^[0-9a-f]{32,64}$/i.test(name);
}

/** The key of a fabric, of a container in it, or of a machine in that. */
const keyOf = (...names: readonly (string | undefined)[]): string =>
  names
    .filter((name) => name !== undefined)
    .join("/")
    .toLowerCase();

class Names {
  /** By key, what a thing is called in the definition. */
  readonly renamed = new Map<string, string>();
  readonly notes: string[] = [];
  readonly #things: readonly FoundThing[];

  constructor(things: readonly FoundThing[]) {
    this.#things = things;
  }

  #of(kind: FoundThing["kind"]): FoundThing[] {
    return this.#things.filter((thing) => thing.kind === kind);
  }

  /** The friendly name of what Azure named, if a definition can have it and no other thing has it. */
  #friendly(
    thing: FoundThing,
    name: string,
    others: readonly FoundThing[],
    argument: string,
  ): string | undefined {
    const { friendlyName } = thing;
    if (friendlyName === undefined || !isAzureName(name) || !definitionName.test(friendlyName))
      return undefined;
    const isTaken = others.some(
      (other) =>
        other !== thing &&
        (isName(textAt(other.inputs, argument), friendlyName) || isName(other.friendlyName, friendlyName)),
    );
    return isTaken ? undefined : friendlyName;
  }

  fabrics(): void {
    const fabrics = this.#of("fabric");
    for (const fabric of fabrics) {
      const name = textAt(fabric.inputs, "fabricName") ?? "";
      const friendly = this.#friendly(fabric, name, fabrics, "fabricName");
      if (friendly === undefined) continue;
      this.renamed.set(keyOf(name), friendly);
      this.notes.push(`the fabric ${name} is called ${friendly} in the definition`);
    }
  }

  containers(): void {
    const containers = this.#of("protection-container");
    for (const fabric of this.#of("fabric")) {
      const name = textAt(fabric.inputs, "fabricName") ?? "";
      const own = containers.filter(({ inputs }) => isName(textAt(inputs, "fabricName"), name));
      const site = this.renamed.get(keyOf(name)) ?? name;
      const type = fabricTypeOf(fabric.inputs);
      if (type === "VMM") for (const one of own) this.#cloud(one, name, own);
      else if (type !== "Azure") this.#container(own, name, site);
    }
  }

  #cloud(container: FoundThing, fabric: string, others: readonly FoundThing[]): void {
    const name = textAt(container.inputs, "protectionContainerName") ?? "";
    const friendly = this.#friendly(container, name, others, "protectionContainerName");
    if (friendly === undefined) return;
    this.renamed.set(keyOf(fabric, name), friendly);
    this.notes.push(`the protection container ${name} of ${fabric} is called ${friendly} in the definition`);
  }

  /** A site has one container. */
  #container(own: readonly FoundThing[], fabric: string, site: string): void {
    const names = own.map(({ inputs }) => textAt(inputs, "protectionContainerName") ?? "");
    // What only a template's machines tell of is a container as well.
    const ofItems = this.#things
      .filter(({ inputs }) => isName(textAt(inputs, "fabricName"), fabric))
      .flatMap(({ inputs }) => textAt(inputs, "protectionContainerName") ?? []);
    const all = [...new Set([...names, ...ofItems])];
    const container = all.find((name) => isName(name, fabric)) ?? all[0];
    for (const other of all)
      if (other !== container && !isName(other, container))
        this.notes.push(
          `the protection container ${other} of ${fabric} is one too many: in a definition all machines of a site are in one`,
        );
    if (container === undefined || isName(container, site)) return;
    this.renamed.set(keyOf(fabric, container), site);
    this.notes.push(
      `the protection container ${container} of ${fabric} is called ${site} in the definition, as its site is; ids of its machines change with it`,
    );
  }

  machines(): void {
    const items = this.#of("protected-item");
    for (const item of items) {
      const { inputs } = item;
      const [fabric, container] = [textAt(inputs, "fabricName"), textAt(inputs, "protectionContainerName")];
      const name = textAt(inputs, "replicatedProtectedItemName") ?? "";
      const friendly = this.#friendly(item, name, items, "replicatedProtectedItemName");
      if (friendly !== undefined) {
        this.renamed.set(keyOf(fabric, container, name), friendly);
        this.notes.push(`the machine ${name} is called ${friendly} in the definition`);
      }
      const discovered = partOf(
        textAt(propertiesOf(inputs), "protectableItemId"),
        "replicationProtectableItems",
      );
      if (discovered !== undefined && isAzureName(discovered))
        this.renamed.set(keyOf(fabric, container, "discovered", discovered), friendly ?? name);
    }
  }

  /** The names in an id of something in a fabric. */
  #id(text: string): string {
    const form =
      /\/replicationFabrics\/([^/]+)(?:\/replicationProtectionContainers\/([^/]+)(?:\/(replicationProtectedItems|replicationProtectableItems)\/([^/]+))?)?/i;
    return text.replace(form, (whole, fabric: string, container?: string, type?: string, item?: string) => {
      const isDiscovered = /protectable/i.test(type ?? "");
      const renamed = [
        this.renamed.get(keyOf(fabric)),
        container && this.renamed.get(keyOf(fabric, container)),
        item &&
          this.renamed.get(
            isDiscovered ? keyOf(fabric, container, "discovered", item) : keyOf(fabric, container, item),
          ),
      ];
      const names = [fabric, container, item];
      let index = -1;
      // Every second part of it is a name.
      return whole.replace(/\/([^/]+)\/([^/]+)/g, (_, word: string) => {
        index += 1;
        return `/${word}/${renamed[index] ?? names[index]!}`;
      });
    });
  }

  #value(value: unknown): unknown {
    if (typeof value === "string") return value.startsWith("/") ? this.#id(value) : value;
    if (Array.isArray(value)) return value.map((one) => this.#value(one));
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.#value(one)]));
  }

  /** A thing under its name in the definition. */
  apply(thing: FoundThing): FoundThing {
    const { inputs } = thing;
    const [fabric, container, item] = [
      textAt(inputs, "fabricName"),
      textAt(inputs, "protectionContainerName"),
      textAt(inputs, "replicatedProtectedItemName"),
    ];
    const end = textAt(inputs, "recoveryFabricName");
    const names: Values = {
      fabricName: fabric && this.renamed.get(keyOf(fabric)),
      protectionContainerName: container && this.renamed.get(keyOf(fabric, container)),
      replicatedProtectedItemName: item && this.renamed.get(keyOf(fabric, container, item)),
      recoveryFabricName: end && this.renamed.get(keyOf(end)),
    };
    const changed = Object.entries(names).filter(([, name]) => name !== undefined);
    const renamed = { ...(this.#value(inputs) as Values), ...Object.fromEntries(changed) };
    return { ...thing, inputs: renamed, ...azureNameOf(thing, names) };
  }
}

/** What Azure calls a thing that the definition gives another name. */
function azureNameOf({ kind, inputs }: FoundThing, names: Values): { azureName?: string } {
  if (kind === "protected-item") {
    const discovered = partOf(
      textAt(propertiesOf(inputs), "protectableItemId"),
      "replicationProtectableItems",
    );
    return discovered !== undefined && uuid.test(discovered) ? { azureName: discovered } : {};
  }
  const argument = { fabric: "fabricName", "protection-container": "protectionContainerName" }[
    kind as string
  ];
  const name = argument === undefined || names[argument] === undefined ? undefined : textAt(inputs, argument);
  return name === undefined ? {} : { azureName: name };
}

export function renameThings(found: FoundThings): FoundThings {
  const names = new Names(found.things);
  names.fabrics();
  names.containers();
  names.machines();
  if (names.renamed.size === 0 && names.notes.length === 0) return found;
  return { things: found.things.map((thing) => names.apply(thing)), notes: [...found.notes, ...names.notes] };
}
