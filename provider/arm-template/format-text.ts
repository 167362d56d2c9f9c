/** The function `format`: composite formatting of .NET, as far as its result is certain. */
import { NotKnown, typeOf } from "./values.ts";

const hole = /\{\{|\}\}|\{(\d+)(?:,(-?\d+))?(?::([^{}]*))?\}|[{}]/g;
const widthMax = 1000;

/** Groups of three digits with commas between them. */
function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function formatNumber(value: number, specifier: string): string {
  const [, letter = "", width] = /^([A-Za-z])(\d{0,3})$/.exec(specifier) ?? [];
  const digits = width === "" || width === undefined ? undefined : Number(width);
  const sign = value < 0 ? "-" : "";
  const whole = String(Math.abs(value));
  if (/^0+$/.test(specifier)) return `${sign}${whole.padStart(specifier.length, "0")}`;
  const fraction = (digits ?? 2) > 0 ? `.${"0".repeat(digits ?? 2)}` : "";
  switch (letter) {
    case "d":
    case "D":
      return `${sign}${whole.padStart(digits ?? 0, "0")}`;
    case "f":
    case "F":
      return `${sign}${whole}${fraction}`;
    case "n":
    case "N":
      return `${sign}${grouped(whole)}${fraction}`;
    case "x":
    case "X": {
      if (value < 0) break;
      const hex = value.toString(16).padStart(digits ?? 0, "0");
      return letter === "X" ? hex.toUpperCase() : hex;
    }
  }
  throw new NotKnown(`the specifier '${specifier}' of format() is not supported for ${value}`);
}

function formatValue(value: unknown, specifier: string | undefined): string {
  if (typeof value === "number" && Number.isSafeInteger(value))
    return specifier === undefined || specifier === "" ? String(value) : formatNumber(value, specifier);
  if (specifier !== undefined && specifier !== "")
    throw new NotKnown(`the specifier '${specifier}' of format() is supported for whole numbers only`);
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  throw new NotKnown(`format() is not supported for ${typeOf(value)}`);
}

/**
 * A pattern with values in its places: `{0}`, `{1:D2}`, `{0,-8}`; `{{` is a brace. Throws `NotKnown` for a specifier or a
 * value whose text is not certain, and for a place without a value.
 */
export function formatText(pattern: string, values: readonly unknown[]): string {
  return pattern.replace(hole, (found, index?: string, width?: string, specifier?: string) => {
    if (found === "{{" || found === "}}") return found[0]!;
    if (index === undefined) throw new NotKnown(`format() has a single '${found}' in '${pattern}'`);
    if (Number(index) >= values.length) throw new NotKnown(`format() has no value for ${found}`);
    const text = formatValue(values[Number(index)], specifier);
    const columns = Number(width ?? 0);
    if (Math.abs(columns) > widthMax) throw new NotKnown(`format() has a width of ${columns}`);
    return columns < 0 ? text.padEnd(-columns) : text.padStart(columns);
  });
}
