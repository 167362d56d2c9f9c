/** All functions of the expression language that have a value without Azure. */
import { lambdaFunctions } from "./lambda-functions.ts";
import { listFunctions } from "./list-functions.ts";
import { networkFunctions } from "./network-functions.ts";
import { numberFunctions } from "./number-functions.ts";
import { placeFunctions } from "./place-functions.ts";
import type { FunctionTable } from "./template-function.ts";
import { textFunctions } from "./text-functions.ts";

/** By the title of their group in the documentation. */
export const functionGroups: Readonly<Record<string, FunctionTable>> = {
  Text: textFunctions,
  "Lists and objects": listFunctions,
  "Numbers and decisions": numberFunctions,
  Lambdas: lambdaFunctions,
  "Address ranges": networkFunctions,
  "The template and its resources": placeFunctions,
};

const all = new Map(Object.values(functionGroups).flatMap((table) => Object.entries(table)));

/** A function by its name, whatever the letter case. */
export function functionNamed(name: string): ReturnType<typeof all.get> {
  return all.get(name.toLowerCase());
}
