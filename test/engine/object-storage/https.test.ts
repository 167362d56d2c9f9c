import fs from "node:fs";
import { afterAll, beforeAll } from "vitest";
import { SecondSite } from "../../conformance/servers/target-server.ts";
import { describeRemoteReplicas } from "./describe-remote-replicas.ts";

const site = new SecondSite();

beforeAll(async () => {
  await site.start();
});

afterAll(async () => {
  await site.stop();
  site.remove();
  delete process.env["CLIENT_OF_TESTS"];
});

describeRemoteReplicas("replicas at a second site", () => {
  const pem = fs.readFileSync(site.trust.clientFile("writer"), "utf8");
  process.env["CLIENT_OF_TESTS"] = pem;
  const key = pem.slice(pem.indexOf("PRIVATE KEY-----\n") + 17).split("\n")[0]!;
  return Promise.resolve({
    url: `https://127.0.0.1:${site.port}/${site.newStore()}`,
    certificateAuthorityFile: site.trust.authorityFile,
    credentials: { environmentVariable: "CLIENT_OF_TESTS" },
    missingUrl: `https://127.0.0.1:${site.port}/none`,
    secrets: [pem, key],
  });
});
