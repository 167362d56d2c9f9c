/**
 * Seals a drill's report: a digest for each of its values, so that a change can be named, and a signature over all digests.
 * Canonical JSON is that of RFC 8785.
 */
import { createHash, createPublicKey, type KeyObject, sign } from "node:crypto";
import canonicalize from "canonicalize";
import { assert } from "../errors.ts";
import type { DrillFacts, DrillReport, Seal } from "./drill-report.ts";

function canonical(value: unknown): string {
  const text = canonicalize(value);
  assert(text !== undefined, "a report holds JSON values only");
  return text;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** SHA-256, as hexadecimal digits, of a whole report with its seal: what the report after it names. */
export function digestOf(report: DrillReport): string {
  return sha256(canonical(report));
}

const isComposed = (value: unknown): value is object => typeof value === "object" && value !== null;

/** The digest of each value that holds no other one, and of empty lists and objects, by its JSON Pointer (RFC 6901). */
export function digestsOf(value: unknown, pointer = ""): Record<string, string> {
  if (!isComposed(value) || Object.keys(value).length === 0) return { [pointer]: sha256(canonical(value)) };
  const found: Record<string, string> = {};
  for (const [name, inner] of Object.entries(value) as [string, unknown][]) {
    if (inner === undefined) continue;
    const word = name.replaceAll("~", "~0").replaceAll("/", "~1");
    Object.assign(found, digestsOf(inner, `${pointer}/${word}`));
  }
  return found;
}

/** What a signature is over. */
export function signedBytes(seal: Omit<Seal, "signature">): Buffer {
  return Buffer.from(
    canonical({ algorithm: seal.algorithm, publicKey: seal.publicKey, digests: seal.digests }),
  );
}

export function sealReport(facts: DrillFacts, privateKey: KeyObject): DrillReport {
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "der" }).toString("base64");
  // As it is after it was written and read: without what is undefined.
  const body = JSON.parse(JSON.stringify(facts)) as DrillFacts;
  const seal = { algorithm: "Ed25519" as const, publicKey, digests: digestsOf(body) };
  return {
    ...body,
    seal: { ...seal, signature: sign(null, signedBytes(seal), privateKey).toString("base64") },
  };
}

/** What people compare keys by: SHA-256 of a public key in DER, the first 32 hexadecimal digits in groups of four. */
export function fingerprintOfKey(publicKey: string): string {
  const digits = createHash("sha256").update(Buffer.from(publicKey, "base64")).digest("hex").slice(0, 32);
  return digits.match(/.{4}/g)!.join(" ");
}
