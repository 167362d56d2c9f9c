import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";

/** Azure and S3 take this many bytes; each part must be the name of a file as well. */
const nameLengthMax = 1024;
const partLengthMax = 200;
const part = /^(?!\.{1,2}$)[a-z0-9.-]+$/;

/** Whether a name is one that every driver can keep. */
export function isObjectName(name: string): boolean {
  const parts = name.split("/");
  return name.length <= nameLengthMax && parts.every((one) => one.length <= partLengthMax && part.test(one));
}

/** Throws `InvalidInput` for a name that one of the drivers cannot keep, or keeps somewhere else. */
export function requireObjectName(name: string, place: string): void {
  if (isObjectName(name)) return;
  const message = said`"${name}" cannot be the name of an object in ${place}. Names have lower-case letters, digits, ".", "-", and "/" between their parts.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: place });
}
