import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { quiet } from "../engine/fixture.ts";
import { ComponentSites, registration, sites } from "./component-sites.ts";

let place: ComponentSites;
beforeEach(async () => {
  place = await ComponentSites.make();
  await place.register();
});
afterEach(() => place.remove());

const remove = (kind: "services-provider" | "vcenter", id: string): Promise<void> =>
  handlerOf(kind, place.engine).delete(id, quiet);
const servers = (): string[] => place.engine.listThings({ kind: "services-provider" }).map(({ id }) => id);

describe("a configuration server", () => {
  it("[C-1] is not deleted while a vCenter server stands behind it", async () => {
    const inventoryFolder = place.folderOf("inventory", ["web1"]);
    const vcenter = await place.make("vcenter", { ...sites.rome, vcenterName: "vc1", inventoryFolder });
    const server = servers().find((id) => id.includes("/rome/"))!;
    await expect(remove("services-provider", server)).rejects.toMatchObject({
      code: "InUse",
      message: expect.stringMatching(/it is in use by .*vc1\. Delete those first/) as string,
    });
    await remove("vcenter", vcenter);
    await remove("services-provider", server);
    expect(servers()).not.toContain(server);
  });
});

describe("a Hyper-V host", () => {
  it("goes without regard to what else is in its site", async () => {
    const inventoryFolder = place.folderOf("inventory", ["web1"]);
    const host = await place.make(
      "services-provider",
      registration(sites.london, "hv9", { inventoryFolder }),
    );
    await remove("services-provider", host);
    expect(servers()).not.toContain(host);
  });
});
