/** What an owner's record notes of the arguments that are secret. */
import type { NotedSecrets, OwnerRow } from "../engine/engine.ts";
import type { Owner } from "./owner.ts";

type Says = Pick<Owner, "secretPaths">;
type Note = Pick<OwnerRow, "secretPaths">;

function noteOf(paths: NotedSecrets | undefined): Note {
  return paths === undefined || paths === "unknown" ? {} : { secretPaths: paths };
}

/** What the call says, or else what was noted before. */
export function secretOf({ secretPaths }: Says, noted: NotedSecrets | undefined): Note {
  return noteOf(secretPaths ?? noted);
}

/** Both, while work is under way, which may stop before it has written what the program says now, or after. */
export function eitherSecret(says: Says, noted: NotedSecrets | undefined): Note {
  if (noted === undefined || noted === "unknown") return secretInForce(says, noted);
  return noteOf([...new Set([...noted, ...(says.secretPaths ?? [])])]);
}

/** What was noted: a call that changes no setting changes no secret either. What the call says if nothing was noted. */
export function secretInForce(says: Says, noted: NotedSecrets | undefined): Note {
  return noted === undefined ? secretOf(says, noted) : noteOf(noted);
}

/** Whether an argument is secret by now that is not noted as one: only an update notes it. */
export function hasNewSecrets({ secretPaths = [] }: Says, noted: NotedSecrets | undefined): boolean {
  return noted !== undefined && noted !== "unknown" && secretPaths.some((one) => !noted.includes(one));
}
