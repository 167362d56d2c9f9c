/** What a listing of the SDK says of a blob, as far as it is read here. */
export interface ListedBlob {
  readonly name: string;
  readonly properties: {
    readonly contentLength?: number;
    readonly lastModified: Date;
    readonly etag: string;
  };
}
