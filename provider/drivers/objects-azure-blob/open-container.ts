import type * as IdentitySdk from "@azure/identity";
import type * as StorageSdk from "@azure/storage-blob";
import { loadOptional } from "../optional-package.ts";
import { readCertificates, requireEndpoint } from "../remote-endpoint.ts";
import { readCredential } from "./credentials.ts";
import type { AzureBlobSettings } from "./settings.ts";

const packages = "@azure/storage-blob @azure/identity";

/** The container's client, with the SDK's retries off. Loads the SDKs, which are optional dependencies. */
export async function openContainer(
  settings: AzureBlobSettings,
  place: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<StorageSdk.ContainerClient> {
  const url = addressOf(settings, place);
  const credential = readCredential(settings, place, environment);
  const { certificateAuthorityFile } = settings;
  const options = {
    retryOptions: { maxTries: 1 },
    ...(certificateAuthorityFile === undefined
      ? {}
      : { tlsOptions: { ca: readCertificates(certificateAuthorityFile) } }),
  };
  const storage = (await loadOptional("@azure/storage-blob", place, packages)) as typeof StorageSdk;
  if (credential.kind === "signature") {
    return new storage.ContainerClient(`${url}?${credential.sharedAccessSignature}`, undefined, options);
  }
  if (credential.kind === "key") {
    const key = new storage.StorageSharedKeyCredential(settings.account, credential.accountKey);
    return new storage.ContainerClient(url, key, options);
  }
  const identity = (await loadOptional("@azure/identity", place, packages)) as typeof IdentitySdk;
  return new storage.ContainerClient(url, new identity.DefaultAzureCredential(), options);
}

function addressOf({ account, container, endpoint }: AzureBlobSettings, place: string): string {
  if (endpoint === undefined) return `https://${account}.blob.core.windows.net/${container}`;
  return `${requireEndpoint(endpoint, place)}/${account}/${container}`;
}
