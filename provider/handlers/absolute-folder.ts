import path from "node:path";
import { projectFolder } from "../project-folder.ts";
import { known } from "./settings-handler.ts";

/** Arguments with a folder made absolute, from the project's folder; not known yet or absent, it stays so. */
export function withAbsoluteFolder<Inputs extends object>(inputs: Inputs, argument: keyof Inputs): Inputs {
  const folder = known(inputs[argument]);
  return typeof folder === "string"
    ? { ...inputs, [argument]: path.resolve(projectFolder(), folder) }
    : inputs;
}
