export interface InitJson {
  /** The definition that was written. */
  readonly file: string;
  readonly machineCount: number;
  /** Why machines were left out. */
  readonly leftOut: readonly string[];
  /** Each machine.yaml that was written, and what to check in it. */
  readonly machineDefinitions: readonly { readonly file: string; readonly notes: readonly string[] }[];
}

export interface InventoryJson {
  /** The file that was written; null without `--output`. */
  readonly file: string | null;
  /** What the machines are, as schema/inventory-lock.schema.json describes it. */
  readonly lock: unknown;
  /** Why machines were left out. */
  readonly leftOut: readonly string[];
}

export interface ValidateJson {
  readonly file: string;
  /** How many resources it declares; 0 if an error keeps it from being declared. */
  readonly resources: number;
  readonly findings: readonly {
    /** `siterecovery explain <rule>` says more. */
    readonly rule: string;
    readonly severity: string;
    readonly file: string;
    /** From 1. */
    readonly line: number;
    /** From 1. */
    readonly column: number;
    /** How many characters of the line it takes. */
    readonly length?: number;
    /** Path of the YAML key; empty if the text itself is wrong. */
    readonly property: string;
    readonly message: string;
    readonly whatToDo: string;
  }[];
}

/** A rule of `validate`, a policy of the policy pack, or both. */
export interface ExplainJson {
  readonly id: string;
  readonly severity?: string;
  /** What is right, in one line. */
  readonly title?: string;
  readonly why?: string;
  readonly whatToDo?: string;
  /** A fragment of a definition that breaks it. */
  readonly bad?: string;
  /** The same, mended. */
  readonly good?: string;
  /** Names of published figures that it goes by. */
  readonly limits?: readonly string[];
  readonly policy?: {
    readonly level: string;
    readonly description: string;
    readonly remedy: string;
    /** Its settings, by name. */
    readonly options: unknown;
  };
}

export interface SimulateJson {
  /** What was assumed. */
  readonly settings: {
    readonly startsAt: string;
    readonly hours: number;
    /** Copies and restores at the same time. */
    readonly copiesMax: number;
    readonly copyBytesPerSecond: number;
    readonly restoreBytesPerSecond: number;
    /** What a cycle takes beside its data. */
    readonly cycleSeconds: number;
    /** What a script of a plan takes. */
    readonly scriptSeconds: number;
    /** What a manual step of a plan takes. */
    readonly manualSeconds: number;
    /** Hours in which most changes are made; null: at all hours. */
    readonly busyHours: {
      readonly days: readonly string[];
      readonly from: string;
      readonly to: string;
      /** Such as `Europe/London`. */
      readonly timeZone: string;
    } | null;
    /** Share of the changes that is made in busy hours, 0 to 1. */
    readonly busyShare: number;
  };
  readonly machines: readonly {
    readonly name: string;
    /** Site and process server. */
    readonly server: string;
    readonly dataBytes: number;
    /** Size after compression, as a share of the data. */
    readonly compressedRatio: number;
    readonly churnBytesPerDay: number;
    readonly intervalSeconds: number;
    /** Null if its policy has none. */
    readonly rpoThresholdSeconds: number | null;
    /** Null if it does not end within this time. */
    readonly initialCopySeconds: number | null;
    /** Null if it is not protected within this time. */
    readonly rpo: {
      readonly p50Seconds: number;
      readonly p95Seconds: number;
      readonly p99Seconds: number;
      readonly maxSeconds: number;
    } | null;
    readonly cycles: number;
    readonly sentBytes: number;
    readonly pointCount: number;
    /** The most that its recovery points take up at any time. */
    readonly storedMaxBytes: number;
    /** The longest RPO in seconds within each sample; null while it is not protected. */
    readonly rpoSeries: readonly (number | null)[];
  }[];
  readonly servers: readonly {
    readonly name: string;
    readonly machineCount: number;
    readonly churnBytesPerDay: number;
    /** How many process servers its machines need. */
    readonly serversNeeded: number;
    readonly neededKilobitsPerSecond: number;
    /** Null if there is no limit. */
    readonly limitKilobitsPerSecond: number | null;
    readonly sentBytes: number;
    /** Kilobits a second within each sample. */
    readonly sentSeries: readonly number[];
  }[];
  readonly plans: readonly {
    readonly name: string;
    readonly rtoSeconds: number;
    /** Seconds of each group, steps included. */
    readonly groupSeconds: readonly number[];
  }[];
  /** Ends of the samples. */
  readonly sampledAt: readonly string[];
  /** Bytes of all recovery points at the end of each sample. */
  readonly storedSeries: readonly number[];
  /** What is longer than `--max-rpo` and `--max-rto` allow. */
  readonly excesses: readonly string[];
}

export interface ConvertJson {
  /** The file that was written; null without `--output`. */
  readonly file: string | null;
  /** The definition, as schema/stack.schema.json describes it. */
  readonly definition: unknown;
  /** What could not be carried over. */
  readonly notes: readonly string[];
}

export interface CompletionJson {
  readonly shell: "bash" | "zsh" | "fish";
  /** The script for the shell. */
  readonly script: string;
}
