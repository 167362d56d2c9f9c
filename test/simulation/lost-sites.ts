import fs from "node:fs";
import path from "node:path";

/** A site, or a host of the primary site: the one that the machines begin on, or the spare one. */
export type SiteName = "london" | "paris" | "host" | "spare";

/** The sites of a world that nobody reaches: their folders are moved away, and what runs there goes on unseen. */
export class LostSites {
  readonly #folder: string;
  readonly #places: Readonly<Record<SiteName, string>>;
  readonly #lost = new Set<SiteName>();

  /** `hostFolder` is that of the machines' host, within the site's folder. */
  constructor(folder: string, hostFolder: string) {
    this.#folder = folder;
    this.#places = {
      london: "london",
      paris: "paris",
      host: path.join("london", hostFolder),
      spare: path.join("london", "spare"),
    };
  }

  has(site: SiteName): boolean {
    return this.#lost.has(site);
  }

  get areNone(): boolean {
    return this.#lost.size === 0;
  }

  lose(site: SiteName): void {
    fs.renameSync(path.join(this.#folder, this.#places[site]), this.#away(site));
    this.#lost.add(site);
  }

  mend(site: SiteName): void {
    fs.renameSync(this.#away(site), path.join(this.#folder, this.#places[site]));
    this.#lost.delete(site);
  }

  mendAll(): void {
    for (const site of [...this.#lost]) this.mend(site);
  }

  /** Where a file of a site is now, wherever the engine thinks that it is. */
  placeOf(file: string): string {
    for (const site of this.#lost) {
      const place = path.join(this.#folder, this.#places[site]);
      if (file.startsWith(place + path.sep)) return this.#away(site) + file.slice(place.length);
    }
    return file;
  }

  #away(site: SiteName): string {
    return path.join(this.#folder, `lost-${site}`);
  }
}
