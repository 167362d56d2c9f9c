import path from "node:path";
import { said } from "../message.ts";
import { hypervisorUriProblem, isHypervisorUri } from "../hypervisor-uri.ts";
import { projectFolder } from "../project-folder.ts";
import { CheckFailure } from "./handler.ts";
import { known } from "./settings-handler.ts";

/** Arguments with a folder made absolute, from the project's folder; not known yet, absent or a hypervisor's address, it stays so. */
export function withAbsoluteFolder<Inputs extends object>(inputs: Inputs, argument: keyof Inputs): Inputs {
  const folder = known(inputs[argument]);
  return typeof folder === "string" && !isHypervisorUri(folder)
    ? { ...inputs, [argument]: path.resolve(projectFolder(), folder) }
    : inputs;
}

/** What is wrong with an inventory that is the address of a hypervisor; `problemOf` knows those that fit the thing. */
export function inventoryFailures(
  inputs: { readonly inventoryFolder?: string },
  problemOf: (uri: string) => string | undefined = hypervisorUriProblem,
): CheckFailure[] {
  const inventory = known(inputs.inventoryFolder);
  if (typeof inventory !== "string" || !isHypervisorUri(inventory)) return [];
  const problem = problemOf(inventory);
  return problem === undefined ? [] : [new CheckFailure("inventoryFolder", said`${problem}`)];
}
