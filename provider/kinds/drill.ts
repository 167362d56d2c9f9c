import type { CommonOutputs, Kind, VaultScope } from "./kind.ts";

export const drillKind: Kind = {
  kind: "drill",
  className: "Drill",
  title: "drill",
  armType: "SiteRecovery/drills",
  path: "Microsoft.RecoveryServices/vaults/{resourceName}/drills/{drillName}",
  nameArgument: "drillName",
  immutable: [
    "resourceGroupName",
    "resourceName",
    "drillName",
    "protectedItemId",
    "networkId",
    "recoveryPoint",
  ],
};

/**
 * Arguments of a drill, which azure-native does not have: creating it runs a test failover into an isolated
 * network, deleting it cleans up. The machine, its replication and its recovery points are left untouched.
 */
export interface DrillInputs extends VaultScope {
  /** Defaults to the logical name. */
  drillName?: string;
  protectedItemId: string;
  /** ARM id of the isolated network that the test machine joins; not one that is in production use. */
  networkId: string;
  /** `latest` (default), `latestProcessed`, `latestApplicationConsistent`, or a recovery point's name. */
  recoveryPoint?: string;
}

export interface DrillOutputs extends CommonOutputs {
  properties: {
    state: string;
    recoveryPointId: string;
    /** ISO 8601 time of the recovery point that was used. */
    recoveryPointTime: string;
    /** `CrashConsistent` or `AppConsistent`; absent for a test machine that an earlier version made. */
    recoveryPointKind?: string;
    /** How old the data was when the test machine was made, in seconds; absent for one of an earlier version. */
    dataAgeSeconds?: number;
    /** How old the data was when the drill began, in seconds. */
    measuredRpoSeconds: number;
    /** How long it took until the test machine ran, in seconds. */
    measuredRtoSeconds: number;
    testMachineName: string;
    /** Paths of the test machine's disk images. */
    disks: string[];
    /** One line per disk: id, bytes, sha256 of the disk that the test machine got. */
    evidence: { diskId: string; sizeBytes: number; sha256: string }[];
  };
}
