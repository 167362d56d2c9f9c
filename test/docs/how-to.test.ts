/** Every how-to page is done as it says, on an engine with the machines that it begins with. */
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { scheduler } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { newContainer, startAzurite } from "../conformance/servers/azurite.ts";
import { S3 } from "@aws-sdk/client-s3";
import { startVersitygw } from "../conformance/servers/versitygw.ts";
import { quiet, Site } from "../engine/fixture.ts";
import { Shop } from "../engine/recovery-plan/shop.ts";
import { commandsFor, runPage, theTutorial } from "./run-page.ts";

const folder = path.resolve(import.meta.dirname, "../../docs/how-to");
const homeName = ".siterecovery";

/** What a page begins with, by its `<!-- begins with: … -->`. */
const beginnings: Readonly<Record<string, () => Promise<Pick<Site, "folder" | "remove">>>> = {
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
  "a second site": beginSecondSite,
  "the machine web1 in a locked bucket": async () => {
    const server = await startVersitygw();
    const [bucket, endpoint] = ["dr-replicas", `http://127.0.0.1:${server.port}`];
    const { accessKeyId, secretAccessKey } = server;
    const credentials = { accessKeyId, secretAccessKey };
    const s3 = new S3({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
    await s3.createBucket({ Bucket: bucket, ObjectLockEnabledForBucket: true });
    s3.destroy();
    const key = `${accessKeyId}:${secretAccessKey}`;
    const attack = [
      process.execPath,
      path.resolve(import.meta.dirname, "attack-bucket.ts"),
      bucket,
      endpoint,
    ];
    const variables = {
      WRITER_KEY: key,
      CLEANER_KEY: key,
      ENDPOINT: endpoint,
      ATTACK: [...attack, accessKeyId, secretAccessKey].map((word) => `'${word}'`).join(" "),
    };
    Object.assign(process.env, variables);
    onTestFinished(async () => {
      for (const name of Object.keys(variables)) delete process.env[name];
      await server.stop();
    });
    const account = {
      url: `s3://${bucket}/london`,
      endpoint,
      credentials: { environmentVariable: "WRITER_KEY" },
      retentionLock: "compliance",
      mayDelete: false,
    };
    const site = await Site.make({ homeName, account });
    await site.protect();
    await site.engine.replicate(site.itemId, quiet);
    return site;
  },
  "the plan shop": async () => (await Shop.make({ homeName })).site,
};

/**
 * A port that stays free though nobody listens at it for a while: one of those that the system gives to connections may be
 * taken by another test meanwhile.
 */
async function lastingPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = net.createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    server.close();
    if (isFree) return port;
  }
}

/** The machine is protected as soon as the page has started its server; the page waits for the file `second/protected`. */
async function beginSecondSite(): Promise<Pick<Site, "folder" | "remove">> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-site-"));
  const second = (...names: string[]): string => path.join(folder, "second", ...names);
  process.env["PORT"] = String(await lastingPort());
  let site: Site | undefined;
  const over = new AbortController();
  const protect = async (): Promise<void> => {
    while (!fs.existsSync(second("pid")) || !fs.readFileSync(second("log"), "utf8").includes("is served")) {
      await scheduler.wait(100, { signal: over.signal });
    }
    const url = `https://127.0.0.1:${process.env["PORT"]}/replicas`;
    const credentials = { file: second("trust", "clients", "lyon.pem") };
    const account = { url, certificateAuthorityFile: second("trust", "ca.pem"), credentials };
    site = await Site.make({ homeName, account, folder });
    await site.protect();
    fs.writeFileSync(second("protected"), "");
  };
  protect().catch((error: unknown) => {
    // The page waits for what will not come: it ends with its server.
    if (!over.signal.aborted) process.stderr.write(`The machine was not protected: ${String(error)}\n`);
    endServer();
  });
  onTestFinished(() => void delete process.env["PORT"]);
  const endServer = (): void => {
    const pid = fs.existsSync(second("pid")) ? Number(fs.readFileSync(second("pid"), "utf8")) : undefined;
    try {
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  const remove = (): void => {
    over.abort();
    endServer();
    site?.remove();
    fs.rmSync(folder, { recursive: true, force: true });
  };
  return { folder, remove };
}

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
