/** More hosts of a flow's primary site, and what happens to hosts and to machines on them. */
import fs from "node:fs";
import path from "node:path";
import { flows } from "../../provider/model/flows.ts";
import { vmHost } from "./flow-components.ts";
import type { FlowSite } from "./flow-site.ts";

export class Hosts {
  readonly #site: FlowSite;

  constructor(site: FlowSite) {
    this.#site = site;
  }

  /** The folder of the host that the site has from the beginning, where its machines are. */
  get first(): string {
    return path.dirname(path.dirname(this.#site.image()));
  }

  /** Registers one more host of the primary site. Returns its folder. */
  async add(name: string): Promise<string> {
    const folder = this.#site.at("london", name);
    const { kind, inputs } = vmHost(flows[this.#site.flow].fabricType, name, folder);
    await this.#site.declare(name, kind, inputs);
    return folder;
  }

  /** A host, or a machine's folder, that does not answer; returns what brings it back. */
  away(folder: string): () => void {
    const aside = path.join(
      this.#site.folder,
      `away-${path.basename(path.dirname(folder))}-${path.basename(folder)}`,
    );
    fs.renameSync(folder, aside);
    return () => fs.renameSync(aside, folder);
  }

  /** Copies a machine's folder with everything in it, as `cp -a` does. */
  copy(from: string, to: string): void {
    fs.cpSync(from, to, { recursive: true, preserveTimestamps: true });
  }
}
