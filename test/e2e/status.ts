/** What `siterecovery status --json` and `jobs --json` print, as far as tests look at it. */
export interface Status {
  readonly items: readonly {
    readonly name: string;
    readonly protectionState: string;
    readonly activeLocation: string;
    readonly testFailoverState: string;
    readonly replicationHealth: string;
    readonly allowedOperations: readonly string[];
    readonly initialReplicationPercent: number;
    readonly lastRecoveryPoint: { readonly id: string } | null;
    readonly recoveryPointCount: number;
    readonly rpoSeconds: number | null;
    readonly pendingBytes: number | null;
  }[];
}

export interface Job {
  readonly scenario: string;
  readonly state: string;
  readonly attempts: number;
  readonly tasks: readonly { readonly name: string; readonly state: string; readonly result?: CycleCounts }[];
}

export interface CycleCounts {
  readonly bytesChanged: number;
  readonly bytesSent: number;
  readonly blocksSent: number;
  readonly blocksReused: number;
}
