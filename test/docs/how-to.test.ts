/** Every how-to page is done as it says, on an engine with the machines that it begins with. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { newContainer, startAzurite } from "../conformance/servers/azurite.ts";
import { Site } from "../engine/fixture.ts";
import { Shop } from "../engine/recovery-plan/shop.ts";
import { commandsFor, runPage, theTutorial } from "./run-page.ts";

const folder = path.resolve(import.meta.dirname, "../../docs/how-to");
const homeName = ".siterecovery";

/** What a page begins with, by its `<!-- begins with: … -->`. */
const beginnings: Readonly<Record<string, () => Promise<Site>>> = {
  "the machine web1": async () => {
    const site = await Site.make({ homeName });
    await site.protect();
    return site;
  },
  "the machine web1 in Azure Storage": async () => {
    const server = await startAzurite("drlyon");
    const { endpoint } = await newContainer(server, "replicas");
    process.env["REPLICAS_KEY"] = server.accountKey;
    process.env["ENDPOINT"] = endpoint;
    onTestFinished(async () => {
      for (const name of ["REPLICAS_KEY", "ENDPOINT"]) delete process.env[name];
      await server.stop();
    });
    const credentials = { environmentVariable: "REPLICAS_KEY" };
    const account = { url: "azblob://drlyon/replicas", endpoint: endpoint!, credentials };
    const site = await Site.make({ homeName, account });
    await site.protect();
    return site;
  },
  "the plan shop": async () => (await Shop.make({ homeName })).site,
};

describe("docs/how-to", () => {
  const pages = fs.readdirSync(folder).map((name) => {
    const page = fs.readFileSync(path.join(folder, name), "utf8");
    return { name, begins: /^<!-- begins with: (.+) -->$/m.exec(page)?.[1] ?? "" };
  });

  it("has pages that say what they begin with", () => {
    const known = [...Object.keys(beginnings), theTutorial];
    expect(pages.filter(({ begins }) => !known.includes(begins))).toEqual([]);
  });

  it.each(pages.filter(({ begins }) => begins in beginnings))(
    "$name does what it says",
    async ({ name, begins }) => {
      const site = await beginnings[begins]!();
      try {
        const PATH = `${commandsFor(site.folder)}:${process.env["PATH"]}`;
        const environment = { ...process.env, PATH, NO_COLOR: "1", SITERECOVERY_HOME: undefined };
        const commands = await runPage(`docs/how-to/${name}`, { folder: site.folder, environment });
        expect(commands.length).toBeGreaterThan(2);
      } finally {
        site.remove();
      }
    },
  );
});
