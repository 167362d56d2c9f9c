/** A definition of what a JSON file has: a Pulumi state or an ARM template. */
import { type GivenParameter, parametersOfFile } from "../arm-template/given-parameters.ts";
import { decodeText, readJson } from "../arm-template/read-json.ts";
import { type Conversion, convert } from "../convert/convert.ts";
import { readGivenFile } from "./read-given-file.ts";

/** `-` is standard input. Throws `NotFound`, and `InvalidInput` for a file that is no text. */
function readSource(source: string): string {
  return decodeText(readGivenFile(source), source);
}

/** A parameter file, with or without `@` in front; or one parameter, as `name=value`. */
function parametersFrom(given: string): GivenParameter[] {
  const [, name, text] = /^([A-Za-z_]\w*)=([^]*)$/.exec(given) ?? [];
  if (name !== undefined && text !== undefined) return [{ name, text, from: "--parameters" }];
  const file = given.replace(/^@/, "");
  const advice = "Name an ARM parameter file, or write name=value.";
  return parametersOfFile(readJson(readSource(file), file, advice), file);
}

/** `given`: parameter files and parameters, as they were typed. */
export function convertFile(
  source: string,
  wish: Omit<Parameters<typeof convert>[2], "parameters">,
  given: readonly string[] | undefined,
): Conversion {
  return convert(readSource(source), source, { ...wish, parameters: given?.flatMap(parametersFrom) });
}
