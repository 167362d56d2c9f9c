import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { SecondSite } from "../../conformance/servers/target-server.ts";
import { describeKills } from "./describe-kills.ts";

const site = new SecondSite();

beforeAll(async () => {
  await site.start();
});

afterAll(async () => {
  await site.stop();
  site.remove();
});

describeKills("a second site", () => {
  const settings = site.settings(site.newStore());
  return Promise.resolve((folder) => ({
    address: { driver: "https", settings },
    spoolFolder: path.join(folder, "spool"),
  }));
});
