import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const pages = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].concat(
  fs.readdirSync(path.join(root, "docs")).map((name) => `docs/${name}`),
);

describe("the documentation", () => {
  for (const page of pages) {
    it(`${page} links only to files that are there`, () => {
      const text = fs.readFileSync(path.join(root, page), "utf8");
      const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, target]) => target!);
      for (const link of links) {
        expect(fs.existsSync(path.resolve(root, path.dirname(page), link)), `${page} → ${link}`).toBe(true);
      }
    });
  }

  it("names folders of the code that are there", () => {
    const text = fs.readFileSync(path.join(root, "docs/architecture.md"), "utf8");
    const files = [...text.matchAll(/`((?:[a-z-]+\/)+[a-z-]+\.ts)`/g)].map(([, file]) => file!);
    expect(files.length).toBeGreaterThan(15);
    for (const file of files) {
      const places = [file, `provider/${file}`, `provider/engine/${file}`];
      expect(
        places.some((place) => fs.existsSync(path.join(root, place))),
        file,
      ).toBe(true);
    }
  });
});
