/** Where a store of a target on the network is. Nothing in it is secret: credentials are named, never given. */
export interface HttpsSettings {
  /** The host's name or address, with its port. */
  readonly host: string;
  readonly store: string;
  /** A file with the certificate (PEM) of the authority that has signed the server's one. Without it: those that Node knows. */
  readonly certificateAuthorityFile?: string;
  /** The file (mode 0600) or environment variable that holds the client's certificate and its key, both as PEM. */
  readonly credentials?: { readonly environmentVariable: string } | { readonly file: string };
  /** Whether the client may delete objects. Default: true. */
  readonly mayDelete?: boolean;
}
