/** How much a machine changes in a day: as given, or as the engine's recovery points show it. */
import type { Engine } from "../engine/engine.ts";
import { nameOf } from "../arm-id.ts";
import { SiteRecoveryError } from "../errors.ts";
import { nearestWord } from "../schemas/nearest.ts";
import { parseBytes } from "./parse-bytes.ts";

const secondsPerDay = 86_400;

/** Bytes a day by name; `""` is what holds for all others. Throws `InvalidInput`. */
export function givenChurn(written: readonly string[], machines: readonly string[]): Map<string, number> {
  const churn = new Map<string, number>();
  for (const text of written) {
    const [name, size] = text.includes("=")
      ? [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]
      : ["", text];
    if (name !== "" && !machines.some((one) => one.toLowerCase() === name.toLowerCase())) {
      const near = nearestWord(name, machines);
      const hint = near === undefined ? `There are: ${machines.join(", ")}.` : `Did you mean "${near}"?`;
      throw new SiteRecoveryError(
        "InvalidInput",
        `--churn names "${name}", and the definition has no such machine. ${hint}`,
        {
          property: "--churn",
        },
      );
    }
    churn.set(name.toLowerCase(), parseBytes(size, "--churn"));
  }
  return churn;
}

/**
 * Bytes stored a day, by what recovery points added after the first one. Where there are not enough of them, nothing
 * for a machine of which something else `isKnown`, else throws `PrerequisitesNotMet`.
 */
export async function measuredChurn(
  engine: Engine,
  machineName: string,
  isKnown: boolean,
): Promise<number | undefined> {
  const item = engine.items().find(({ id }) => nameOf(id).toLowerCase() === machineName.toLowerCase());
  const points = item ? await engine.recoveryPoints(item.id) : [];
  const [first, ...later] = points;
  const seconds = ((later.at(-1)?.takenAt ?? 0) - (first?.takenAt ?? 0)) / 1000;
  if (later.length > 0 && seconds > 0) {
    return (later.reduce((sum, { bytesStored }) => sum + bytesStored, 0) / seconds) * secondsPerDay;
  }
  if (isKnown) return undefined;
  const why = item ? "has less than two recovery points" : "is not protected";
  const message = `The changes of ${machineName} cannot be measured: it ${why}. Give them with --churn ${machineName}=20GiB.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: machineName });
}
