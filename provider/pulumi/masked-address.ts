/** Ids and URNs with the parts left out that are secret: what is between the names is Azure's, Pulumi's or ours. */
import { masked } from "../message.ts";

const idForm = /^\/subscriptions\/\S*$/i;
const urnForm = /^urn:pulumi:.*::.*::.*::/;
/** The first of an id's steps that is a kind's name, and of every second one: `replicationFabrics`, then a name. */
const firstKindStep = 7;
const namespaceStep = 6;

export function isArmId(text: string): boolean {
  return idForm.test(text);
}

/** Whether a step of an id is a name that people chose. */
function isName(step: number): boolean {
  if (step >= firstKindStep) return step % 2 === 0;
  return step > 0 && step % 2 === 0 && step !== namespaceStep;
}

/** The names that people chose in an id; empty for anything else. */
export function namesInId(text: string): string[] {
  return isArmId(text) ? text.split("/").filter((name, step) => name !== "" && isName(step)) : [];
}

function maskedUrn(urn: string, isSecret: (piece: string) => boolean): string {
  const hide = (piece: string): string => (isSecret(piece) ? masked : piece);
  const [first = "", project = "", type = "", ...name] = urn.split("::");
  const stack = first.slice("urn:pulumi:".length);
  return [`urn:pulumi:${hide(stack)}`, hide(project), type, hide(name.join("::"))].join("::");
}

/** An id or a URN with the names left out that are secret; `undefined` for any other text. */
export function maskedAddress(text: string, isSecret: (name: string) => boolean): string | undefined {
  if (urnForm.test(text)) return maskedUrn(text, isSecret);
  if (!isArmId(text)) return undefined;
  const steps = text.split("/");
  return steps.map((piece, step) => (isName(step) && isSecret(piece) ? masked : piece)).join("/");
}
