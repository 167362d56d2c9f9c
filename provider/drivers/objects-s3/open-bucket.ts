import type * as Sdk from "@aws-sdk/client-s3";
import { loadOptional } from "../optional-package.ts";
import { readCertificates, requireEndpoint } from "../remote-endpoint.ts";
import { readAccessKey } from "./credentials.ts";
import type { S3Settings } from "./settings.ts";

export interface OpenedBucket {
  readonly sdk: typeof Sdk;
  readonly s3: Sdk.S3;
  /** Whether the server is one that may lack what Amazon's promises. */
  readonly isForeign: boolean;
}

/** The client, with the SDK's retries off. Loads the SDK, which is an optional dependency. `former` lends its connections. */
export async function openBucket(
  settings: S3Settings,
  place: string,
  environment: Readonly<Record<string, string | undefined>>,
  former: OpenedBucket | undefined,
): Promise<OpenedBucket> {
  const { endpoint, certificateAuthorityFile, pathStyle } = settings;
  const address = endpoint === undefined ? undefined : requireEndpoint(endpoint, place);
  const credentials = readAccessKey(settings, place, environment);
  const region =
    settings.region ?? (address === undefined ? undefined : (environment["AWS_REGION"] ?? "us-east-1"));
  const ca = certificateAuthorityFile === undefined ? undefined : readCertificates(certificateAuthorityFile);
  const sdk = (await loadOptional("@aws-sdk/client-s3", place, "@aws-sdk/client-s3")) as typeof Sdk;
  const s3 = new sdk.S3({
    maxAttempts: 1,
    // A wrong clock is named to the user: recovery points are stamped by it too.
    disableClockSkewCorrection: true,
    requestChecksumCalculation: "WHEN_SUPPORTED",
    // Ranges have no checksum; what is sealed in an object shows any damage.
    responseChecksumValidation: "WHEN_REQUIRED",
    forcePathStyle: pathStyle ?? address !== undefined,
    requestHandler: former?.s3.config.requestHandler ?? { httpsAgent: ca === undefined ? {} : { ca } },
    ...(address === undefined ? {} : { endpoint: address }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  const isForeign = [address, environment["AWS_ENDPOINT_URL"], environment["AWS_ENDPOINT_URL_S3"]].some(
    (given) => given !== undefined,
  );
  return { sdk, s3, isForeign };
}
