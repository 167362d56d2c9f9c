/** Replicas on a real endpoint of Azure Storage, declared in a definition; the site is lost, and comes back from them alone. */
import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { type AzuriteServer, newContainer, startAzurite } from "../conformance/servers/azurite.ts";
import { diskContent } from "./disk-content.ts";
import { PulumiProject } from "./pulumi-project.ts";
import type { Status } from "./status.ts";

describe("replicas in Azure Storage, with the real Pulumi CLI", () => {
  let server: AzuriteServer;
  let project: PulumiProject;
  let url: string;
  let endpoint: string;
  const content = diskContent(5, 4);

  function changeAccount(change: object): void {
    const definition = parse(fs.readFileSync(project.path("siterecovery.yaml"), "utf8")) as {
      azure: { storageAccounts: object[] };
    };
    definition.azure.storageAccounts = [{ name: "replicas", ...change }];
    project.write("siterecovery.yaml", stringify(definition));
  }

  beforeAll(async () => {
    server = await startAzurite();
    const { account, container, endpoint: address } = await newContainer(server);
    url = `azblob://${account}/${container}`;
    endpoint = address!;
    project = await PulumiProject.make();
    fs.writeFileSync(project.path("replicas.key"), server.accountKey, { mode: 0o600 });
    project.addMachine("web1", [{ id: "os", content }]);
    project.define({ machines: [{ name: "web1" }] });
  }, 300_000);
  afterAll(async () => {
    project.remove();
    await server.stop();
  });

  it("what cannot be a place of replicas is a mistake of the definition", async () => {
    changeAccount({ url: `${url}?sig=canary` });
    const validate = await project.siterecovery("validate", "siterecovery.yaml");
    expect(validate.status).not.toBe(0);
    expect(validate.text).toMatch(/storageAccounts\[0\]\.url.*has none of the forms/s);
    changeAccount({ url, region: "eu-west-1" });
    expect((await project.siterecovery("validate", "siterecovery.yaml")).text).toMatch(
      /storageAccounts\[0\]\.region/,
    );
  });

  it("`pulumi up` makes them there, and then there is nothing to do", async () => {
    changeAccount({ url, endpoint, credentials: { file: "replicas.key" } });
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect((await project.preview()).text).toMatch(/\d+ unchanged/);
    expect(fs.existsSync(project.path(".siterecovery", "storage"))).toBe(false);
    const seen = [up.text, await project.state(), (await project.siterecovery("status", "--json")).text];
    for (const text of seen) expect(text).not.toContain(server.accountKey);
  });

  it("brings the lost site back from the container and a copy of the key, and the program finds no change", async () => {
    const kit = project.path("safe", "keys.json");
    expect((await project.siterecovery("key", "export", "--to", kit)).status).toBe(0);
    for (const folder of [".siterecovery", "hv1/web1"]) fs.rmSync(project.path(folder), { recursive: true });
    const place = [url, "--endpoint", endpoint, "--credentials-file", project.path("replicas.key")];
    const image = project.path("web1.img");
    const exported = await project.siterecovery(
      ...["export", "web1", "--from", ...place, "--key-file", kit, "--to", image],
    );
    expect(exported.status, exported.text).toBe(0);
    expect(fs.readFileSync(image).equals(content)).toBe(true);
    const adopted = await project.siterecovery("adopt", ...place, "--key-file", kit);
    expect(adopted.status, adopted.text).toBe(0);
    project.addMachine("web1", [{ id: "os", content }]);
    expect((await project.preview()).text).toMatch(/\d+ unchanged/);
    const failover = await project.siterecovery("failover", "web1", "--kind", "unplanned", "--yes");
    expect(failover.status, failover.text).toBe(0);
    const [item] = (await project.json<Status>("status")).items;
    expect(item).toMatchObject({ activeLocation: "recovery" });
    const replica = project.path(".siterecovery", "azure", "dr", "web1", "os.img");
    expect(fs.readFileSync(replica).equals(content)).toBe(true);
  });
});
