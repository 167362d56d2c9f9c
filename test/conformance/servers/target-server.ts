import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { systemClock } from "../../../provider/clock.ts";
import { HttpsObjects } from "../../../provider/drivers/objects-https/https-objects.ts";
import type { HttpsSettings } from "../../../provider/drivers/objects-https/settings.ts";
import type { RemotePorts } from "../../../provider/drivers/remote-ports.ts";
import { systemRandom } from "../../../provider/random.ts";
import {
  serveTarget,
  type ServeOptions,
  type TargetServer,
} from "../../../provider/target-server/serve-target.ts";
import type { Rights } from "../../../provider/trust/client-list.ts";
import { TrustFolder } from "../../../provider/trust/trust-folder.ts";

/** A second site on this computer: a folder with stores, and who may use them. */
export class SecondSite {
  readonly folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-site-")));
  readonly trust = new TrustFolder(path.join(this.folder, "trust"), {
    files: localFileSystem,
    clock: systemClock,
    random: systemRandom,
  });
  readonly notices: string[] = [];
  readonly #opened: HttpsObjects[] = [];
  #server: TargetServer | undefined;
  #stores = 0;
  #port = 0;

  readonly #days: number;

  /** `days`: how long certificates are valid. */
  constructor(days = 2) {
    this.#days = days;
    this.trust.makeAuthority("second site");
    this.trust.makeServer(["127.0.0.1"], days);
    this.addClient("writer", "writer");
  }

  get served(): string {
    return path.join(this.folder, "served");
  }

  get port(): number {
    return this.#port;
  }

  addClient(name: string, rights: Rights, within: readonly string[] = []): void {
    this.trust.letIn({ name, rights, within }, this.#days);
  }

  /** On the port that it had before, if there was one. */
  async start(options: Partial<ServeOptions> = {}): Promise<TargetServer> {
    fs.mkdirSync(this.served, { recursive: true });
    this.#server = await serveTarget({
      folder: this.served,
      trustFolder: this.trust.folder,
      host: "127.0.0.1",
      port: this.#port,
      readOnly: false,
      keptDays: 30,
      onNotice: (text) => void this.notices.push(text),
      ...options,
    });
    this.#port = this.#server.port;
    return this.#server;
  }

  /** Ends the connections of clients, and the server. */
  async stop(): Promise<void> {
    for (const objects of this.#opened.splice(0)) await objects.close();
    await this.stopLater();
  }

  /** Ends the server as SIGTERM does, with clients that are still at work. */
  async stopLater(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  newStore(): string {
    this.#stores += 1;
    const name = `store-${this.#stores}`;
    fs.mkdirSync(path.join(this.served, name), { recursive: true });
    return name;
  }

  settings(store: string, client = "writer", port = this.port): HttpsSettings {
    return {
      host: `127.0.0.1:${port}`,
      store,
      certificateAuthorityFile: this.trust.authorityFile,
      credentials: { file: this.trust.clientFile(client) },
    };
  }

  open(settings: HttpsSettings, ports: RemotePorts = {}): HttpsObjects {
    const objects = new HttpsObjects(settings, { pageSize: 20, ...ports });
    this.#opened.push(objects);
    return objects;
  }
}
