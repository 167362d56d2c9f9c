import type { YamlPath } from "../yaml/read-yaml.ts";
import type { Findings } from "./findings.ts";
import { type Mover, moverOf } from "./mover-of.ts";
import type { StackDefinition } from "./stack-definition.ts";

/** A name in a list of the definition, and its place there. */
export interface Named {
  readonly path: YamlPath;
  readonly name: string;
}

/** What says where its machines run says it for all of them: what a machine, another plan or cluster says agrees. */
export function checkSides(
  stack: StackDefinition,
  { what, name: own, activeLocation: side }: Pick<Mover, "what" | "name" | "activeLocation">,
  machines: readonly Named[],
  findings: Findings,
): void {
  if (side === undefined) return;
  const indices = new Map((stack.machines ?? []).map(({ name }, index) => [name, index]));
  for (const { name, path } of machines) {
    const index = indices.get(name) ?? -1;
    const itsOwn = stack.machines?.[index]?.activeLocation;
    if (itsOwn !== undefined && itsOwn !== side) {
      const message = `is ${itsOwn}, and the ${what} '${own}' says ${side} for all its machines; leave it out here`;
      findings.add("plan-side-conflict", ["machines", index, "activeLocation"], message);
    }
    const other = moverOf(stack, name);
    if (other?.activeLocation === undefined || other.activeLocation === side) continue;
    findings.add(
      "plan-side-conflict",
      path,
      `the ${other.what} '${other.name}' wants '${name}' at the ${other.activeLocation} side, this one does not`,
    );
  }
}
