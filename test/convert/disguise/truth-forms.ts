/** Ways to write true or false as an expression. */
import type { Form } from "./disguise.ts";

export const truthForms: readonly Form<boolean>[] = [
  (value) => `${String(value)}()`,
  (value, { truth }) => `not(${truth(!value)})`,
  (value, { number }) => `equals(${number(3)}, ${value ? 3 : 4})`,
  (value) => `equals(resourceGroup().name, '${value ? "dr" : "other"}')`,
  (value, { number }) => `less(${number(1)}, ${value ? 2 : 0})`,
  (value, { number }) => `lessOrEquals(${number(2)}, ${value ? 2 : 1})`,
  (value, { number }) => `greater(${number(1)}, ${value ? 0 : 1})`,
  (value, { number }) => `greaterOrEquals(${number(1)}, ${value ? 1 : 2})`,
  (value) => `bool('${value ? "True" : "false"}')`,
  (value, { number }) => `bool(${number(value ? 1 : 0)})`,
  (value, { text }) => `contains('harbour', ${text(value ? "arb" : "x")})`,
  (value, { text }) => `contains(createObject('Key', 1), ${text(value ? "kEY" : "lock")})`,
  (value, { text }) => `startsWith('Harbour', ${text(value ? "hAR" : "our")})`,
  (value, { text }) => `endsWith('Harbour', ${text(value ? "OUR" : "har")})`,
  (value) => `empty(${value ? "createArray()" : "'x'"})`,
  (value, { truth }) => `and(true(), ${truth(value)})`,
  (value, { truth }) => `or(${truth(value)}, false())`,
];
