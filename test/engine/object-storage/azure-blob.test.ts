import { afterAll, beforeAll } from "vitest";
import { type AzuriteServer, newContainer, startAzurite } from "../../conformance/servers/azurite.ts";
import { describeRemoteReplicas } from "./describe-remote-replicas.ts";

let server: AzuriteServer;

beforeAll(async () => {
  server = await startAzurite();
}, 300_000);

afterAll(() => server.stop());

describeRemoteReplicas("replicas in a container of Azure Storage", async () => {
  const { account, container, endpoint } = await newContainer(server);
  return {
    url: `azblob://${account}/${container}`,
    endpoint: endpoint!,
    credentials: { environmentVariable: "AZURE_KEY_OF_TESTS" },
    missingUrl: `azblob://${account}/none`,
    secrets: [server.accountKey],
  };
});
