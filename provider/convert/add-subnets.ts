/** Subnets that a template has as resources of their own: a definition has them in their network. */
import type { TemplateResource } from "../arm-template/expand-template.ts";
import { type FoundThing, listAt, present, recordAt, textAt, textsAt, type Values } from "./found-thing.ts";
import { isName } from "./things-of.ts";

export const subnetType = "microsoft.network/virtualnetworks/subnets";

export interface FoundSubnet {
  readonly network: string;
  readonly name: string;
  readonly addressPrefix?: string;
}

/** The one address range of a subnet, however a template says it. */
export function addressPrefixOf(properties: Values): string | undefined {
  return textAt(properties, "addressPrefix") ?? textsAt(properties, "addressPrefixes")?.[0];
}

export function subnetOf({ name }: TemplateResource, values: Values): FoundSubnet {
  const [network = "", subnet = ""] = name.split("/");
  return {
    network,
    name: subnet,
    ...present({ addressPrefix: addressPrefixOf(recordAt(values, "properties")) }),
  };
}

/** A subnet of its own wins over one of its name in the network. */
export function addSubnets(
  things: readonly FoundThing[],
  subnets: readonly FoundSubnet[],
): {
  things: FoundThing[];
  notes: string[];
} {
  const isOf = ({ kind, inputs }: FoundThing, { network }: FoundSubnet): boolean =>
    kind === "virtual-network" && isName(textAt(inputs, "virtualNetworkName"), network);
  const lost = subnets.filter((subnet) => !things.some((thing) => isOf(thing, subnet)));
  return {
    things: things.map((thing) => {
      const own = subnets.filter((subnet) => isOf(thing, subnet));
      if (own.length === 0) return thing;
      const before = listAt(thing.inputs, "subnets").filter(
        (one) => !own.some(({ name }) => isName(textAt(one, "name"), name)),
      );
      const added = own.map(({ name, addressPrefix }) => ({ name, ...present({ addressPrefix }) }));
      return { ...thing, inputs: { ...thing.inputs, subnets: [...before, ...added] } };
    }),
    notes: lost.map(
      ({ network, name }) => `the subnet ${name} is left out: its network ${network} is not in the template`,
    ),
  };
}
