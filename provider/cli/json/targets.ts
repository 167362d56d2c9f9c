/** What `target` prints: a target that is served to other sites. */

export interface TargetTrustJson {
  readonly folder: string;
  /** What the command has made or changed; empty if all was there. */
  readonly changes: readonly string[];
  /** The names and addresses that clients may call the server by. */
  readonly hosts: readonly string[];
  /** Certificates whose files are in the folder. */
  readonly certificates: readonly {
    readonly of: "authority" | "server" | "client";
    /** The client's name; null for the others. */
    readonly name: string | null;
    readonly file: string;
    readonly validUntil: string;
    /** SHA-256. */
    readonly fingerprint: string;
  }[];
  /** Who is let in. */
  readonly clients: readonly {
    readonly name: string;
    readonly rights: "reader" | "writer" | "writer-without-delete";
    /** Stores, or prefixes of names in them; empty for all stores. */
    readonly within: readonly string[];
    readonly fingerprint: string;
  }[];
}

/** An event of `target serve`, a line each. */
export type TargetServeJson =
  | {
      readonly event: "listening";
      readonly folder: string;
      readonly host: string;
      readonly port: number;
      readonly stores: readonly string[];
      readonly hosts: readonly string[];
      readonly readOnly: boolean;
    }
  /** Something that people who look after the server should know. */
  | { readonly event: "notice"; readonly time: string; readonly text: string }
  | { readonly event: "ended" };

export interface TargetRestoreJson {
  readonly folder: string;
  readonly store: string;
  readonly asOf: string;
  readonly isDryRun: boolean;
  /** What was put back, or would be. */
  readonly objects: readonly {
    readonly name: string;
    /** Until when the object was in this state. */
    readonly replacedAt: string;
  }[];
}
