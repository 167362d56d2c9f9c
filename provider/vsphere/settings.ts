/** Where a vCenter server, or an ESXi host of its own, is. Nothing in it is secret: credentials are named, never given. */
export interface VsphereSettings {
  /** The server's name or address, with a port if it is not 443: `vcenter.example.org`, `10.0.0.5:8443`, `[fd00::5]`. */
  readonly host: string;
  /** The file (mode 0600) or environment variable that holds the account, as `name:password`. */
  readonly credentials: { readonly environmentVariable: string } | { readonly file: string };
  /** A file with the certificate (PEM) of the authority that has signed the server's one. Without it: those that Node knows. */
  readonly certificateAuthorityFile?: string;
  /** The SHA-256 thumbprint of the server's certificate; it goes before any authority. */
  readonly thumbprint?: string;
}
