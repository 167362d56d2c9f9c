/** Where a container of Azure Storage is. Nothing in it is secret: credentials are named, never given. */
export interface AzureBlobSettings {
  readonly account: string;
  readonly container: string;
  /**
   * The address of the service if it is not `https://<account>.blob.core.windows.net`, such as `http://127.0.0.1:10000`
   * of an emulator: the account is then the first part of the path. `http` is for this computer only.
   */
  readonly endpoint?: string;
  /** A file with the certificates (PEM) that the server's one is checked with, in place of those that Node knows. */
  readonly certificateAuthorityFile?: string;
  /**
   * The environment variable or the file (mode 0600) that holds a connection string, an account key or a shared access
   * signature. Without it: the identity that Azure gave this computer or workload, or that of `az login`.
   */
  readonly credentials?: { readonly environmentVariable: string } | { readonly file: string };
  /**
   * How blobs can be locked. The account or the container must have version-level immutability. `compliance`: a locked
   * policy, not to be ended before its time; `governance`: an unlocked one, which a permission of its own can end.
   */
  readonly retentionLock?: "governance" | "compliance";
  /** Whether blobs may be removed. Default: true. */
  readonly mayDelete?: boolean;
}
