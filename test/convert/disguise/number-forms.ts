/** Ways to write a whole number as an expression. */
import type { Form } from "./disguise.ts";
import { quoted } from "./quoted.ts";

const longestList = 300;

/** A form of a number that can be the length of a list or a text. */
function ofLength(write: Form<number>): Form<number> {
  return (value, inner) => (value >= 0 && value <= longestList ? write(value, inner) : undefined);
}

export const numberForms: readonly Form<number>[] = [
  (value) => String(value),
  (value, { number }) => `add(${number(value - 7)}, ${number(7)})`,
  (value, { number }) => `sub(${number(value + 5)}, 5)`,
  (value, { number }) => `div(mul(${number(value)}, 2), 2)`,
  (value, { text }) => `int(${text(String(value))})`,
  (value, { number }) => `max(${number(value)}, ${number(value - 1)})`,
  (value, { number }) => `min(createArray(${number(value)}, ${number(value + 1)}))`,
  (value, { number, truth }) => `if(${truth(true)}, ${number(value)}, div(1, 0))`,
  (value) => `json(${quoted(String(value))})`,
  (value, { number }) => `first(range(${number(value)}, 2))`,
  (value, { number }) => `coalesce(null(), ${number(value)})`,
  (value, { number }) =>
    `reduce(createArray(${number(3)}, ${number(value - 3)}), 0, lambda('sum', 'one', add(lambdaVariables('sum'), lambdaVariables('one'))))`,
  (value, { number }) => (value >= 0 ? `mod(${number(value)}, ${value + 1})` : undefined),
  ofLength((value, { number }) => `length(range(0, ${number(value)}))`),
  ofLength((value) => `length(${quoted("x".repeat(value))})`),
  ofLength((value) => `indexOf(${quoted(`${"x".repeat(value)}yx`)}, 'Y')`),
  ofLength((value) => `lastIndexOf(${quoted(`${"y".repeat(value + 1)}x`)}, 'Y')`),
  ofLength((value, { number }) => `lastIndexOf(range(0, ${value + 1}), ${number(value)})`),
];
