import { createHash } from "node:crypto";
import type { BlobRequestConditions } from "@azure/storage-blob";
import type { PutRule, Tag } from "../../ports/objects.ts";
import { codeOf, statusOf } from "./classify.ts";

/** Listings give tags without the quotes that headers have. */
export function tagOf(etag: string | undefined): Tag {
  return (etag ?? "").replaceAll('"', "");
}

export function conditionsOf(rule: PutRule): BlobRequestConditions {
  if (rule === "replace") return {};
  return rule === "ifAbsent" ? { ifNoneMatch: "*" } : { ifMatch: `"${rule.ifTag}"` };
}

export function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404 && (codeOf(error) === "" || codeOf(error) === "BlobNotFound");
}

/**
 * Whether it is the rule that the server refused by; other conflicts, such as an archived blob, have other codes. Blocks that
 * wait for their list are gone (`InvalidBlockList`) when another put has given the name away.
 */
export function isLost(error: unknown, rule: PutRule): boolean {
  if (rule === "replace") return false;
  const codes = ["BlobAlreadyExists", "ConditionNotMet", "TargetConditionNotMet", "InvalidBlockList"];
  return codes.includes(codeOf(error));
}

export function md5Of(bytes: Uint8Array): Uint8Array {
  return createHash("md5").update(bytes).digest();
}
