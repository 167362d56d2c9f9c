import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type AzuriteServer, newContainer, startAzurite } from "../../conformance/servers/azurite.ts";
import { describeKills } from "./describe-kills.ts";

let server: AzuriteServer;

beforeAll(async () => {
  server = await startAzurite();
}, 300_000);

afterAll(() => server.stop());

describeKills("a container of Azure Storage", async () => {
  const settings = await newContainer(server);
  return (folder) => {
    const file = path.join(folder, "credentials");
    fs.writeFileSync(file, server.accountKey, { mode: 0o600 });
    return {
      address: { driver: "azure-blob", settings: { ...settings, credentials: { file } } },
      spoolFolder: path.join(folder, "spool"),
    };
  };
});
