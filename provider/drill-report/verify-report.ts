/** Looks whether a drill's report is what its vault's key has signed, and whether a chain of reports is whole. Needs no engine. */
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { DrillReport } from "./drill-report.ts";
import { digestOf, digestsOf, fingerprintOfKey, signedBytes } from "./seal-report.ts";

function publicKeyOf(text: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(text, "base64"), format: "der", type: "spki" });
    return key.asymmetricKeyType === "ed25519" ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Changed, added and removed values, each as a sentence with its JSON Pointer. */
function changesOf({ seal, ...facts }: DrillReport): string[] {
  const found = digestsOf(facts);
  const names = [...new Set([...Object.keys(seal.digests), ...Object.keys(found)])].sort();
  return names.flatMap((name) => {
    const [signed, now] = [seal.digests[name], found[name]];
    if (signed === now) return [];
    if (signed === undefined) return [`${name} was added after the report was signed`];
    return [`${name} was ${now === undefined ? "removed" : "changed"} after the report was signed`];
  });
}

/** Whether the signature is of the key that the report names. */
function isSigned({ seal }: DrillReport): boolean {
  const key = publicKeyOf(seal.publicKey);
  if (key === undefined) return false;
  const signature = Buffer.from(seal.signature, "base64");
  // Base64 has several spellings of the same bytes: a changed one is a change.
  if (signature.toString("base64") !== seal.signature) return false;
  return verify(null, signedBytes(seal), key, signature);
}

/**
 * What is wrong with a report, as sentences; empty if nothing is. `publicKey`: the key that is known to be the vault's, SPKI in
 * DER as base64.
 */
export function verifyReport(report: DrillReport, publicKey?: string): string[] {
  const findings = changesOf(report);
  if (!isSigned(report)) findings.push("the signature is not of what the report's seal says");
  if (publicKey !== undefined && publicKey !== report.seal.publicKey) {
    const [found, known] = [report.seal.publicKey, publicKey].map(fingerprintOfKey);
    findings.push(`the report was signed by another key (${found}) than the one that was given (${known})`);
  }
  return findings;
}

const sameVault = (one: DrillReport, other: DrillReport): boolean =>
  one.vaultId.toLowerCase() === other.vaultId.toLowerCase();

/**
 * What is wrong with the chain that a report is in: reports that are missing, are there twice, or do not fit the one before.
 * Reports of other vaults do not count.
 */
export function verifyChain(report: DrillReport, others: readonly DrillReport[]): string[] {
  const byDigest = new Map([report, ...others].map((one) => [digestOf(one), one]));
  const chain = [...byDigest.values()].filter((one) => sameVault(one, report));
  chain.sort((one, other) => one.sequence - other.sequence);
  const findings: string[] = [];
  const last = chain.at(-1)!.sequence;
  for (let sequence = 1; sequence <= last; sequence += 1) {
    const here = chain.filter((one) => one.sequence === sequence);
    if (here.length === 0) findings.push(`report ${sequence} of the vault is missing`);
    if (here.length > 1)
      findings.push(`there are ${here.length} different reports with the number ${sequence}`);
    const before = chain.filter((one) => one.sequence === sequence - 1);
    for (const one of here) {
      if (one !== report)
        findings.push(
          ...verifyReport(one, report.seal.publicKey).map((text) => `report ${sequence}: ${text}`),
        );
      const fits =
        sequence === 1
          ? one.previousSha256 === null
          : before.some((each) => digestOf(each) === one.previousSha256);
      if (!fits && (sequence === 1 || before.length > 0))
        findings.push(
          `report ${sequence} does not follow report ${sequence - 1}: its SHA-256 is another one`,
        );
    }
  }
  return findings.map((text) =>
    text.replace(
      "does not follow report 0: its SHA-256 is another one",
      "names a report before the first one",
    ),
  );
}
