/** A recovery plan, or whatever a job can be of, by its name on the command line. */
import { nameOf, sameId } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { SiteRecoveryError } from "../errors.ts";
import { itemNamed } from "./session.ts";

/** A protection cluster is run as a plan of one group. */
function planIds(engine: Engine): string[] {
  const kinds = ["recovery-plan", "protection-cluster"] as const;
  return kinds.flatMap((kind) => engine.listThings({ kind })).map(({ id }) => id);
}

function plansNamed(engine: Engine, name: string): string[] {
  return planIds(engine).filter((id) => sameId(id, name) || sameId(nameOf(id), name));
}

/** The id of the plan or cluster of a name or ARM id. Throws `NotFound`, listing those there are. */
export function planNamed(engine: Engine, name: string): string {
  const found = plansNamed(engine, name);
  if (found.length === 1) return found[0]!;
  const known = planIds(engine).map(nameOf).join(", ");
  const message =
    found.length === 0
      ? `There is no recovery plan "${name}". There are: ${known || "none"}.`
      : `"${name}" names ${found.length} plans; use the whole id:\n  ${found.join("\n  ")}`;
  throw new SiteRecoveryError("NotFound", message, { target: name });
}

/** The id of the plan, protected item or drill of a name; the first of them counts. Throws `NotFound`. */
export function eventTargetNamed(engine: Engine, name: string): string {
  const isNamed = ({ id }: { readonly id: string }): boolean => sameId(id, name) || sameId(nameOf(id), name);
  const isOther = plansNamed(engine, name).length > 0 || engine.items().some(isNamed);
  const drill = isOther ? undefined : engine.listThings({ kind: "drill" }).find(isNamed);
  return drill?.id ?? targetNamed(engine, name);
}

/** The id of the plan or protected item of a name; a plan comes first. */
export function targetNamed(engine: Engine, name: string): string {
  const [plan, ...others] = plansNamed(engine, name);
  return plan !== undefined && others.length === 0 ? plan : itemNamed(engine, name).id;
}
