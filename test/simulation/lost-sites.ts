import fs from "node:fs";
import path from "node:path";

export type SiteName = "london" | "paris";

/** The sites of a world that nobody reaches: their folders are moved away, and what runs there goes on unseen. */
export class LostSites {
  readonly #folder: string;
  readonly #lost = new Set<SiteName>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  has(site: SiteName): boolean {
    return this.#lost.has(site);
  }

  get areNone(): boolean {
    return this.#lost.size === 0;
  }

  lose(site: SiteName): void {
    fs.renameSync(path.join(this.#folder, site), path.join(this.#folder, `lost-${site}`));
    this.#lost.add(site);
  }

  mend(site: SiteName): void {
    fs.renameSync(path.join(this.#folder, `lost-${site}`), path.join(this.#folder, site));
    this.#lost.delete(site);
  }

  mendAll(): void {
    for (const site of [...this.#lost]) this.mend(site);
  }

  /** Where a file of a site is now, wherever the engine thinks that it is. */
  placeOf(file: string): string {
    const site = path.relative(this.#folder, file).split(path.sep)[0] as SiteName;
    return this.has(site)
      ? file.replace(`${path.sep}${site}${path.sep}`, `${path.sep}lost-${site}${path.sep}`)
      : file;
  }
}
