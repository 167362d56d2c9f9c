import { afterAll, beforeAll } from "vitest";
import { type AzuriteServer, startAzurite } from "../conformance/servers/azurite.ts";
import { type ImmutableAzurite, startImmutableAzurite } from "../conformance/servers/immutable-azurite.ts";
import { describeRetentionLock } from "./describe-retention-lock.ts";

let azurite: AzuriteServer;
let server: ImmutableAzurite;

beforeAll(async () => {
  azurite = await startAzurite();
  server = await startImmutableAzurite(azurite);
}, 300_000);

afterAll(async () => {
  await server.stop();
  await azurite.stop();
});

describeRetentionLock("replicas in a container with version-level immutability", async () => ({
  driver: "azure-blob",
  settings: { ...(await server.newContainer()), retentionLock: "compliance" },
}));
