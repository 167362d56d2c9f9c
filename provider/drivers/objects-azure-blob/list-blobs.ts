import type { ContainerClient } from "@azure/storage-blob";
import type { ObjectFacts } from "../../ports/objects.ts";
import { tagOf } from "./blob-conditions.ts";

/** What a listing of the SDK says of a blob, as far as it is read here. */
interface ListedBlob {
  readonly name: string;
  readonly properties: {
    readonly contentLength?: number;
    readonly lastModified: Date;
    readonly etag: string;
  };
}

interface Page {
  readonly segment: { readonly blobItems: readonly ListedBlob[] };
  readonly continuationToken?: string;
}

/** Sends a request to the container, with its retries. */
type Request = <T>(work: (container: ContainerClient, abortSignal: AbortSignal) => Promise<T>) => Promise<T>;

/** All blobs whose names begin with `prefix`, in the order of their names. */
export async function* listBlobs(
  prefix: string,
  maxPageSize = 5000,
  request: Request,
): AsyncIterable<ObjectFacts> {
  let token: string | undefined;
  do {
    const page = await request(async (container, abortSignal) => {
      const pages = container
        .listBlobsFlat({ prefix, abortSignal })
        .byPage({ maxPageSize, ...(token === undefined ? {} : { continuationToken: token }) });
      const { value } = await pages.next();
      return value as Page;
    });
    for (const { name, properties } of page.segment.blobItems) {
      const { contentLength = 0, lastModified, etag } = properties;
      yield { name, sizeBytes: contentLength, modifiedAt: lastModified.getTime(), tag: tagOf(etag) };
    }
    token = page.continuationToken === "" ? undefined : page.continuationToken;
  } while (token !== undefined);
}
