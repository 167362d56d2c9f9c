/**
 * What a program declares for the engine and Azure knows by itself: containers, hosts, networks that a VMM server tells
 * of. Nothing is made. It is a component of the program, with the name and the id that others refer to.
 */
import * as pulumi from "@pulumi/pulumi";

export interface PartFacts {
  readonly className: string;
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly type: string;
}

export class AzurePart extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly type: pulumi.Output<string>;
  /** What it waits for. Nothing waits for a component without children: its dependents depend on these instead. */
  readonly behind: Promise<readonly pulumi.Resource[]>;

  constructor(
    name: string,
    facts: PartFacts,
    behind: Promise<readonly pulumi.Resource[]>,
    options: pulumi.ComponentResourceOptions,
  ) {
    super(`siterecovery:azure:${facts.className}`, name, {}, options);
    this.id = facts.id;
    this.name = facts.name;
    this.type = pulumi.output(facts.type);
    this.behind = behind;
    this.registerOutputs({ id: facts.id, name: facts.name });
  }
}

/** Resources with those that stand behind parts in their place. */
export async function withoutParts(resources: readonly pulumi.Resource[]): Promise<pulumi.Resource[]> {
  const each = resources.map(async (one) =>
    one instanceof AzurePart ? withoutParts(await one.behind) : [one],
  );
  return (await Promise.all(each)).flat();
}
