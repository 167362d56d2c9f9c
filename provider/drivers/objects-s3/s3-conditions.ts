import type { PutRule, Tag } from "../../ports/objects.ts";
import { codeOf, statusOf } from "./classify.ts";

/** Headers have tags in quotes. */
export function tagOf(etag: string | undefined): Tag {
  return (etag ?? "").replaceAll('"', "");
}

export function conditionsOf(rule: PutRule): { IfNoneMatch?: "*"; IfMatch?: string } {
  if (rule === "replace") return {};
  return rule === "ifAbsent" ? { IfNoneMatch: "*" } : { IfMatch: `"${rule.ifTag}"` };
}

export function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404 && codeOf(error) === "NoSuchKey";
}

/** Whether a request that named a state was refused because the object has another one, or is gone. */
export function isOtherState(error: unknown): boolean {
  return statusOf(error) === 412 || isAbsent(error);
}

/** Whether an upload in parts is no more: it became its object, or was swept. */
export function isUploadGone(error: unknown): boolean {
  return codeOf(error) === "NoSuchUpload";
}
