/** From what a handler says of a difference to Pulumi's answer, which names each property and what becomes of it. */
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import type { PropertyChange } from "../handlers/handler.ts";
import type { Difference } from "../pulumi/lifecycle-call.ts";

const { Kind } = messages.PropertyDiff;

/** A path below one that replaces does so too. */
function isBelow(path: string, one: string): boolean {
  return path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`);
}

function kindOf({ from, to }: Pick<PropertyChange, "from" | "to">, replaces: boolean): number {
  if (from === undefined) return replaces ? Kind.ADD_REPLACE : Kind.ADD;
  if (to === undefined) return replaces ? Kind.DELETE_REPLACE : Kind.DELETE;
  return replaces ? Kind.UPDATE_REPLACE : Kind.UPDATE;
}

/** The value at a path such as `properties.groups[1].groupType`. */
function valueAt(values: unknown, path: string): unknown {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== "");
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], values);
}

/** What is compared, as plain values. */
export interface Compared {
  readonly before: object;
  readonly wanted: object;
  /** Paths that the user has asked to leave alone. */
  readonly ignored: readonly string[];
  /** Where a path ends that may be shown: keys in a secret are secret too. */
  readonly shownPath?: (path: string) => string;
}

/** Pulumi's answer to `Diff`. */
export function detailedDiff(
  found: Difference,
  { before, wanted, ignored, shownPath = String }: Compared,
): InstanceType<typeof messages.DiffResponse> {
  const answer = new messages.DiffResponse();
  const details = answer.getDetaileddiffMap();
  const note = (path: string, kind: number, isOfInputs: boolean): void => {
    const detail = new messages.PropertyDiff();
    detail.setKind(kind as never);
    detail.setInputdiff(isOfInputs);
    details.set(path, detail);
  };
  const isIgnored = (path: string): boolean => ignored.some((one) => isBelow(path, one));
  for (const path of found.textChanges.filter((one) => !isIgnored(one)).map(shownPath))
    note(path, kindOf({ from: valueAt(before, path), to: valueAt(wanted, path) }, false), true);
  for (const change of found.changes) {
    const replaces = found.replaces.some((one) => isBelow(change.property, one));
    const path = shownPath(change.property);
    // A key that came or went in a secret is a change of the secret.
    const sides = path === change.property ? change : { from: null, to: null };
    note(path, kindOf(sides, replaces), true);
  }
  const changed = details.getLength() > 0;
  answer.setChanges(
    changed ? messages.DiffResponse.DiffChanges.DIFF_SOME : messages.DiffResponse.DiffChanges.DIFF_NONE,
  );
  answer.setHasdetaileddiff(true);
  const paths = (details.toArray() as unknown as [string, unknown][]).map(([path]) => path.split(/[.[]/)[0]!);
  answer.setDiffsList([...new Set(paths)]);
  answer.setReplacesList([...found.replaces]);
  answer.setDeletebeforereplace(found.deleteBeforeReplace);
  if (found.replaces.length === 0) answer.setStablesList(["name", "type"]);
  return answer;
}
