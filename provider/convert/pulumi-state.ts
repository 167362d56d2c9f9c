/** Things of a Pulumi stack: what `pulumi stack export` prints. */
import { kindOfPulumiType } from "../kinds/pulumi-type.ts";
import {
  type FoundThing,
  type FoundThings,
  listAt,
  present,
  recordAt,
  textAt,
  type Values,
} from "./found-thing.ts";
import { isRecord } from "../record.ts";
import { leaveOutSecrets } from "./leave-out-secrets.ts";

/** Whether a document is a stack's state. */
export function isPulumiState(document: Values): boolean {
  return Array.isArray(recordAt(document, "deployment")["resources"]);
}

/** Whether Pulumi has encrypted it, or shows it on request (`pulumi stack export --show-secrets`). */
function isSecret(value: unknown): boolean {
  return isRecord(value) && value["4dabf18193072939515e22adb298388d"] !== undefined;
}

/** What the program wrote: without keys of Pulumi's and of ours. */
function argumentsOf(resource: Values): Values {
  const inputs = Object.entries(recordAt(resource, "inputs"));
  return Object.fromEntries(inputs.filter(([key]) => !key.startsWith("__")));
}

export function readPulumiState(document: Values): FoundThings {
  const notes: string[] = [];
  const things = listAt(recordAt(document, "deployment"), "resources").flatMap((resource): FoundThing[] => {
    const type = String(resource["type"]);
    if (resource["custom"] !== true || type.startsWith("pulumi:providers:")) return [];
    const kind = kindOfPulumiType(type);
    if (kind !== undefined) {
      const friendlyName = textAt(recordAt(recordAt(resource, "outputs"), "properties"), "friendlyName");
      const { inputs, notes: ofSecrets } = leaveOutSecrets(kind, argumentsOf(resource), isSecret);
      notes.push(...ofSecrets);
      return [{ kind, inputs, ...present({ friendlyName }) }];
    }
    notes.push(`${String(resource["urn"]).split("::").at(-1)} is a ${type}, which no definition declares`);
    return [];
  });
  return { things, notes };
}
