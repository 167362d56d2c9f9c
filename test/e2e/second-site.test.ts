/** Replicas at a second site: a server in a process of its own, the real Pulumi CLI, a lost first site that comes back. */
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { scheduler } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { diskContent } from "./disk-content.ts";
import { PulumiProject } from "./pulumi-project.ts";
import type { Status } from "./status.ts";

const main = path.resolve(import.meta.dirname, "../../dist/bundle/command.js");

describe("replicas at a second site, with the real Pulumi CLI", () => {
  let project: PulumiProject;
  let server: ChildProcess;
  let port = 0;
  const content = diskContent(5, 4);

  /** Starts the server on the port that it had before, and waits until it listens. */
  async function serve(...more: string[]): Promise<void> {
    const words = [
      "target",
      "serve",
      "--folder",
      project.path("second/stores"),
      "--trust",
      project.path("second/trust"),
    ];
    server = spawn(process.execPath, [main, ...words, "--listen", `127.0.0.1:${port}`, "--json", ...more], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const text = await new Promise<string>((resolve, reject) => {
      server.stdout!.once("data", (data: Buffer) => resolve(data.toString()));
      server.once("exit", (code) => reject(new Error(`The server ended with ${code}.`)));
    });
    port = (JSON.parse(text.split("\n")[0]!) as { port: number }).port;
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => server.once("exit", resolve));
    server.kill(signal);
    return ended;
  }

  const place = (): string[] => [
    `https://127.0.0.1:${port}/replicas`,
    ...["--ca-file", project.path("second/trust/ca.pem")],
    ...["--credentials-file", project.path("second/trust/clients/lyon.pem")],
  ];

  function changeAccount(change: object): void {
    const definition = parse(fs.readFileSync(project.path("siterecovery.yaml"), "utf8")) as {
      azure: { storageAccounts: object[] };
    };
    definition.azure.storageAccounts = [{ name: "replicas", ...change }];
    project.write("siterecovery.yaml", stringify(definition));
  }

  beforeAll(async () => {
    project = await PulumiProject.make();
    project.addMachine("web1", [{ id: "os", content }]);
    project.define({ machines: [{ name: "web1" }] });
    fs.mkdirSync(project.path("second/stores/replicas"), { recursive: true });
    const trust = ["target", "trust", project.path("second/trust")];
    const made = await project.siterecovery(
      ...trust,
      "--host",
      "127.0.0.1",
      "--client",
      "lyon",
      "--store",
      "replicas",
    );
    expect(made.status, made.text).toBe(0);
    await serve();
  }, 300_000);
  afterAll(() => {
    server.kill("SIGKILL");
    project.remove();
  });

  it("an address without its client's certificate is a mistake of the definition", async () => {
    changeAccount({ url: `https://127.0.0.1:${port}/replicas` });
    const validate = await project.siterecovery("validate", "siterecovery.yaml");
    expect(validate.status).not.toBe(0);
    expect(validate.text).toMatch(/storageAccounts\[0\].*must name the file with the certificate and key/s);
  });

  it("`pulumi up` makes them there, and then there is nothing to do", async () => {
    changeAccount({
      url: `https://127.0.0.1:${port}/replicas`,
      certificateAuthorityFile: "second/trust/ca.pem",
      credentials: { file: "second/trust/clients/lyon.pem" },
    });
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect((await project.preview()).text).toMatch(/\d+ unchanged/);
    expect(fs.existsSync(project.path(".siterecovery", "storage"))).toBe(false);
    expect(fs.existsSync(project.path("second/stores/replicas/store.key"))).toBe(true);
    const [, key] = /PRIVATE KEY-----\n(.{40})/.exec(
      fs.readFileSync(project.path("second/trust/clients/lyon.pem"), "utf8"),
    )!;
    const seen = [up.text, await project.state(), (await project.siterecovery("status", "--json")).text];
    for (const text of seen) expect(text).not.toContain(key);
  });

  it("a cycle waits for a server that was killed and comes back, and nothing is lost", async () => {
    expect(await end("SIGKILL")).toBe(null);
    const cycle = project.siterecovery("replicate", "web1");
    await scheduler.wait(3000);
    await serve();
    const { status, text } = await cycle;
    expect(status, text).toBe(0);
    const verified = await project.siterecovery("verify");
    expect(verified.status, verified.text).toBe(0);
  });

  it("brings the lost site back from the second one and a copy of the key, and the program finds no change", async () => {
    const kit = project.path("safe", "keys.json");
    expect((await project.siterecovery("key", "export", "--to", kit)).status).toBe(0);
    expect(await end("SIGTERM")).toBe(0);
    for (const folder of [".siterecovery", "hv1/web1"]) fs.rmSync(project.path(folder), { recursive: true });
    // What is left may be looked at without a risk.
    await serve("--read-only");
    const image = project.path("web1.img");
    const exported = await project.siterecovery(
      ...["export", "web1", "--from", ...place(), "--key-file", kit, "--to", image],
    );
    expect(exported.status, exported.text).toBe(0);
    expect(fs.readFileSync(image).equals(content)).toBe(true);
    expect(await end("SIGTERM")).toBe(0);
    await serve();
    const adopted = await project.siterecovery("adopt", ...place(), "--key-file", kit);
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
