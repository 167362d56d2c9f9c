import type * as IdentitySdk from "@azure/identity";
import type * as StorageSdk from "@azure/storage-blob";
import { localFileSystem } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { readCredential } from "./credentials.ts";
import type { AzureBlobSettings } from "./settings.ts";

/** The container's client, with the SDK's retries off. Loads the SDKs, which are optional dependencies. */
export async function openContainer(
  settings: AzureBlobSettings,
  place: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<StorageSdk.ContainerClient> {
  const url = addressOf(settings);
  const credential = readCredential(settings, place, environment);
  const { certificateAuthorityFile } = settings;
  const options = {
    retryOptions: { maxTries: 1 },
    ...(certificateAuthorityFile === undefined
      ? {}
      : { tlsOptions: { ca: textOf(certificateAuthorityFile) } }),
  };
  const storage = (await load("@azure/storage-blob", place)) as typeof StorageSdk;
  if (credential.kind === "signature") {
    return new storage.ContainerClient(`${url}?${credential.sharedAccessSignature}`, undefined, options);
  }
  if (credential.kind === "key") {
    const key = new storage.StorageSharedKeyCredential(settings.account, credential.accountKey);
    return new storage.ContainerClient(url, key, options);
  }
  const identity = (await load("@azure/identity", place)) as typeof IdentitySdk;
  return new storage.ContainerClient(url, new identity.DefaultAzureCredential(), options);
}

function addressOf({ account, container, endpoint }: AzureBlobSettings): string {
  if (endpoint === undefined) return `https://${account}.blob.core.windows.net/${container}`;
  const url = URL.parse(endpoint);
  const isHere = url !== null && ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (url === null || url.username !== "" || url.search !== "" || !(url.protocol === "https:" || isHere)) {
    const message = said`The endpoint of the container ${container} must be an https address without user and query. Only this computer is reached by http.`;
    throw new SiteRecoveryError("InvalidInput", message, { property: "endpoint" });
  }
  return `${url.origin}${url.pathname.replace(/\/$/, "")}/${account}/${container}`;
}

function textOf(filePath: string): string {
  const file = localFileSystem.open(filePath, "read");
  try {
    const bytes = Buffer.alloc(file.size().sizeBytes);
    return bytes.subarray(0, file.read(bytes, 0)).toString("utf8");
  } finally {
    file.close();
  }
}

/** Not every target needs these packages, so that they are loaded, and may be missing, until one does. */
async function load(packageName: string, place: string): Promise<unknown> {
  try {
    return await import(packageName);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    const message = said`${place} needs the package ${packageName}. Run: npm install @azure/storage-blob @azure/identity`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: place });
  }
}
