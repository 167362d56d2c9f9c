import { afterAll, beforeAll } from "vitest";
import { AzureBlobObjects } from "../../../provider/drivers/objects-azure-blob/azure-blob-objects.ts";
import { type AzuriteServer, newContainer, startAzurite } from "../servers/azurite.ts";
import { describeObjectClaims } from "./describe-object-claims.ts";

let server: AzuriteServer;

beforeAll(async () => {
  server = await startAzurite();
}, 300_000);

afterAll(() => server.stop());

describeObjectClaims(
  "claims of a container of Azure Storage",
  async () => new AzureBlobObjects(await newContainer(server)),
);
