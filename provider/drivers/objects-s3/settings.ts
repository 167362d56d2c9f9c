/** Where replicas are in a bucket of S3. Nothing in it is secret: credentials are named, never given. */
export interface S3Settings {
  readonly bucket: string;
  /** What the names of all objects begin with, without a `/` at its ends. Without it: the whole bucket. */
  readonly prefix?: string;
  /** Without it: that of the endpoint if it is not Amazon's (`us-east-1`), else `AWS_REGION` or the AWS configuration. */
  readonly region?: string;
  /** The address of a service that is not Amazon's, such as `https://s3.example.org`. `http` is for this computer only. */
  readonly endpoint?: string;
  /** Whether the bucket is the first part of the path, not of the host's name. Default: with an `endpoint`. */
  readonly pathStyle?: boolean;
  /** A file with the certificates (PEM) that the server's one is checked with, in place of those that Node knows. */
  readonly certificateAuthorityFile?: string;
  /**
   * How objects can be locked. The bucket must have Object Lock. `compliance`: not to be ended before its time;
   * `governance`: by an identity that has a permission of its own for that.
   */
  readonly retentionLock?: "governance" | "compliance";
  /** Whether objects may be removed. Default: true. */
  readonly mayDelete?: boolean;
  /**
   * What holds the access key: an environment variable or a file (mode 0600) with both parts of it, or two or three
   * environment variables. Without it: the AWS default chain (environment, shared files, SSO, role of the workload or of
   * the computer).
   */
  readonly credentials?:
    | { readonly environmentVariable: string }
    | { readonly file: string }
    | {
        readonly environmentVariables: {
          readonly accessKeyId: string;
          readonly secretAccessKey: string;
          readonly sessionToken?: string;
        };
      };
}
