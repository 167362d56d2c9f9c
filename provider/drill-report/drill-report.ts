/** What a drill leaves as evidence: `report.json`. schema/drill-report.schema.json describes it; times are ISO 8601. */

export interface ReportCheck {
  /** What was looked at, such as `disk os`, a script's step, or what the guest said. */
  readonly name: string;
  readonly kind: "checksum" | "script" | "guest" | "network";
  readonly passed: boolean;
  readonly output: string;
  /** When a question to the started machine had its answer; absent for what was not asked of it. */
  readonly time?: string;
  /** The same from the start of the machine on. */
  readonly afterSeconds?: number;
}

/** Whether the test machine's network led nowhere, tried beside a network that is not isolated. */
export type ReportIsolation =
  | {
      readonly result: "proven";
      readonly time: string;
      /** What was seen at the network that is not isolated. */
      readonly control: string;
      /** What was seen at the machine's. */
      readonly found: string;
    }
  | { readonly result: "notProven"; readonly because: string };

export interface ReportMachine {
  readonly name: string;
  /** ARM id of the protected item. */
  readonly itemId: string;
  readonly testMachineName: string;
  readonly recoveryPoint: {
    readonly id: string;
    readonly time: string;
    /** `CrashConsistent` or `AppConsistent`; absent if it is not known. */
    readonly kind?: string;
    /** How old the data was when the drill was asked for. */
    readonly ageSeconds: number;
  };
  /** From what the machine held until the drill was asked for. */
  readonly measuredRpoSeconds: number;
  /** Who says what it held: its guest, or only the time of the recovery point. Absent in reports of earlier versions. */
  readonly measuredRpoFrom?: "guest" | "recoveryPoint";
  /** When the guest last wrote, as it says itself. */
  readonly guestLastWriteTime?: string;
  /** The configured figure: the policy's threshold, over which there is an alarm. Absent in reports of earlier versions. */
  readonly rpoThresholdSeconds?: number;
  readonly measuredRtoSeconds: number;
  readonly checks: readonly ReportCheck[];
  /** Absent where the engine does not run the machine, and in reports of earlier versions: then it was not tried. */
  readonly isolation?: ReportIsolation;
  /** A picture of its screen after it had said that it works: PNG as base64. Absent where there is none, or it is too large. */
  readonly screenPng?: string;
  /** Lines of the test machine's console; absent where machines have none. */
  readonly console?: readonly string[];
}

export interface ReportStep {
  readonly name: string;
  readonly state: string;
  readonly startTime: string;
  readonly endTime: string;
}

/** A report without its seal. */
export interface DrillFacts {
  readonly format: "siterecovery-drill-report";
  readonly version: 1;
  /** ARM id. */
  readonly vaultId: string;
  readonly engineId: string;
  /** The number of the report in its vault, from 1. */
  readonly sequence: number;
  /** `digestOf` the report before it in the vault; null for the first one. */
  readonly previousSha256: string | null;
  readonly drill: {
    readonly name: string;
    readonly kind: "machine" | "plan" | "cluster";
    /** ARM id of the protected item, plan or cluster that was tested. */
    readonly subjectId: string;
    /** ARM id of the isolated network. */
    readonly networkId: string;
  };
  readonly result: "Succeeded" | "Failed";
  /** Why it failed; absent after one that succeeded. */
  readonly error?: string;
  readonly startTime: string;
  readonly endTime: string;
  /** The oldest data of all machines; absent if no machine came up. */
  readonly measuredRpoSeconds?: number;
  /** From the request until the last machine ran; absent if no machine came up. */
  readonly measuredRtoSeconds?: number;
  readonly machines: readonly ReportMachine[];
  readonly timeline: readonly ReportStep[];
  /** The test machines that the clean-up removed; `folder` is null where none was there any more. */
  readonly cleanedUp: readonly { readonly machine: string; readonly folder: string | null }[];
  /** Ids of the engine's jobs that the report is made of. */
  readonly jobIds: readonly string[];
}

export interface Seal {
  readonly algorithm: "Ed25519";
  /** The public key: SPKI in DER, as base64. */
  readonly publicKey: string;
  /** SHA-256 of the canonical JSON of each value that holds no other, by its JSON Pointer. */
  readonly digests: Readonly<Record<string, string>>;
  /** Ed25519, as base64, of the canonical JSON of this seal without it. */
  readonly signature: string;
}

export interface DrillReport extends DrillFacts {
  readonly seal: Seal;
}
