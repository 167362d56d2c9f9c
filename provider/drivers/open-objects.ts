import { localFileSystem } from "../blocks/file-system.ts";
import type { Objects, ObjectsAddress } from "../ports/objects.ts";
import { AzureBlobObjects } from "./objects-azure-blob/azure-blob-objects.ts";
import type { AzureBlobSettings } from "./objects-azure-blob/settings.ts";
import { FolderObjects } from "./objects-folder/folder-objects.ts";
import { HttpsObjects } from "./objects-https/https-objects.ts";
import type { HttpsSettings } from "./objects-https/settings.ts";
import { S3Objects } from "./objects-s3/s3-objects.ts";
import type { S3Settings } from "./objects-s3/settings.ts";

/** How each driver opens a place, from the settings that its addresses have. */
const drivers: Record<ObjectsAddress["driver"], (settings: unknown) => Objects> = {
  folder: (settings) => new FolderObjects(localFileSystem, (settings as { folder: string }).folder),
  "azure-blob": (settings) => new AzureBlobObjects(settings as AzureBlobSettings),
  https: (settings) => new HttpsObjects(settings as HttpsSettings),
  s3: (settings) => new S3Objects(settings as S3Settings),
};

/** Opens the place of an address, on whatever thread it is called. */
export function openObjects({ driver, settings }: ObjectsAddress): Objects {
  return drivers[driver](settings);
}
