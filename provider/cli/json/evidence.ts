/** The report that was written. */
export interface DrillReportJson {
  readonly file: string;
  readonly drill: string;
  readonly result: "Succeeded" | "Failed";
  readonly endTime: string;
  /** The number of the report in its vault. */
  readonly sequence: number;
  /** Fingerprint of the key that has signed it. */
  readonly signedBy: string;
}

export interface DrillVerifyJson {
  readonly file: string;
  /** What is wrong, as sentences; empty if nothing is. */
  readonly findings: readonly string[];
  /** Fingerprint of the key that the report names. */
  readonly signedBy: string;
  /** Whether a key was given that this is. */
  readonly isSignerKnown: boolean;
}

export interface DrillKeyJson {
  /** ARM id. */
  readonly vaultId: string;
  /** The public key, as PEM. */
  readonly publicKey: string;
}
