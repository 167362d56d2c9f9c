import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { allowedActions } from "../provider/model/allowed-actions.ts";
import type { FlowId } from "../provider/model/flows.ts";
import type { ProtectedItem } from "../provider/model/item.ts";
import { itemStates } from "../provider/model/states.ts";
import { transitions } from "../provider/model/transitions.ts";

const root = path.resolve(import.meta.dirname, "..");
const read = (file: string): string => fs.readFileSync(path.join(root, file), "utf8");
const filesIn = (folder: string, ending: string): string[] =>
  (fs.readdirSync(path.join(root, folder), { recursive: true }) as string[])
    .filter((name) => name.endsWith(ending))
    .map((name) => path.join(folder, name));

/** The targets of a text's relative links, without what stands behind `#`. */
function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, target]) => target!);
}

describe("the documentation", () => {
  it.each(["ARCHITECTURE.md", "docs/architecture.md"])(
    "%s names only files of the code that are there",
    (page) => {
      const files = [...read(page).matchAll(/`((?:[a-z-]+\/)+[a-z-]+\.(?:ts|mjs|json))`/g)].map(
        ([, file]) => file!,
      );
      expect(files.length).toBeGreaterThan(5);
      for (const file of files) {
        const places = [file, `provider/${file}`, `provider/engine/${file}`];
        expect(
          places.some((place) => fs.existsSync(path.join(root, place))),
          file,
        ).toBe(true);
      }
    },
  );

  it("names folders of the map that are there", () => {
    const rows = read("ARCHITECTURE.md")
      .split("\n## ")[0]!
      .matchAll(/^\| (`.*?) +\|/gm);
    const folders = [...rows].flatMap(([, cell]) =>
      cell!.split(", ").map((name) => name.replaceAll("`", "")),
    );
    expect(folders).toContain("provider/engine/replication-cycle");
    for (const folder of folders) expect(fs.existsSync(path.join(root, folder)), folder).toBe(true);
  });
});

describe("README.md", () => {
  const readme = read("README.md");

  it("answers a newcomer's questions in their order", () => {
    const titles = [...readme.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    expect(titles).toEqual([
      "What is it?",
      "What does it need?",
      "Two commands",
      "What did I just see?",
      "How do I protect my own machine?",
      "Protect a real VM in ten minutes",
      "What is real, and what is simulated?",
      "Where next?",
    ]);
  });

  it("has sentences of at most 20 words", () => {
    const prose = readme
      .replaceAll(/```[\s\S]*?```/g, "")
      .replaceAll(/^\|.*$/gm, "")
      .replaceAll(/\]\([^)]*\)/g, "]");
    const sentences = prose.split(/\n\s*\n|\n(?=(?:-|\d+\.) )|(?<=[.:?!])\s+/).map((text) => text.trim());
    expect(sentences.length).toBeGreaterThan(30);
    expect(sentences.filter((text) => text.split(/\s+/).length > 20)).toEqual([]);
  });

  it("links only to what the package has", () => {
    const packed = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: root,
      encoding: "utf8",
    });
    const [{ files }] = JSON.parse(packed.stdout) as [{ files: { path: string }[] }];
    const has = new Set(files.map((file) => file.path));
    const links = linksIn(readme);
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter((link) => !has.has(link))).toEqual([]);
    expect([...has].filter((file) => file.endsWith(".img") || file.includes(".siterecovery"))).toEqual([]);
  });
});

describe("docs/architecture.md", () => {
  const page = read("docs/architecture.md");

  it("draws the states as the table of transitions has them", () => {
    const drawn = [...page.matchAll(/^ +(\w+) --> (\w+|\[\*\]): (.+)$/gm)].flatMap(([, from, to, steps]) =>
      steps!.split(", ").map((step) => `${from} ${step} ${to === "[*]" ? "absent" : to}`),
    );
    const known = transitions.map(({ from, step, to }) => `${from} ${step} ${to}`);
    expect(drawn.toSorted()).toEqual(known.toSorted());
  });

  it.each(itemStates)("lists the operations that %s allows", (state) => {
    const row = new RegExp(`^\\| \`${state}\` +\\|.*$`, "m").exec(page)?.[0].split("|").slice(3, -1);
    const groups: readonly FlowId[][] = [["S3", "S4"], ["S1", "S2", "S5"], ["S6"], ["M1"]];
    for (const [column, flowIds] of groups.entries()) {
      for (const flow of flowIds) {
        const item = { id: "item", state, testFailoverState: "None", details: { flow } };
        const allowed = allowedActions(item as ProtectedItem).filter((step) => step !== "DisableProtection");
        expect(row?.[column]?.trim(), flow).toBe(allowed.join(", ") || "—");
      }
    }
  });
});

describe("docs/site-recovery.md", () => {
  const page = read("docs/site-recovery.md");
  const items = [...page.matchAll(/^- \*\*([A-Z0-9]+-\d+[a-z]?)\*\*([\s\S]*?)(?=^- |^#|$(?![\s\S]))/gm)];
  const ids = items.map(([, id]) => id!);

  it("tells every rule of the reference", () => {
    const numbered = (group: string, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `${group}-${index + 1}`);
    const workflow = "1 2a 2b 2c 3 4a 4b 4c 4d 4e 4f 5a 5b 5c".split(" ").map((rule) => `HW-${rule}`);
    const counts = { C: 9, V2A: 6, V2F: 9, H2A: 3, H2F: 4, SEC: 8 };
    const all = Object.entries(counts).flatMap(([group, count]) => numbered(group, count));
    expect(ids.toSorted()).toEqual([...all, ...workflow].sort());
  });

  it("tells each rule once", () => {
    expect(ids.length).toBeGreaterThan(25);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(items.map(([, id, text]) => [id!, text!] as const))(
    "%s is in the titles of the tests that it names",
    (id, text) => {
      const files = linksIn(text).filter((link) => link.startsWith("../test/"));
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) {
        const titles = read(path.join("docs", file)).match(/(["'`]).*?\1/g) ?? [];
        expect(
          titles.some((title) => title.includes(`[${id}]`)),
          `${file} has no test of [${id}]`,
        ).toBe(true);
      }
    },
  );

  it("knows every rule that a test's title names", () => {
    const named = filesIn("test", ".ts").flatMap((file) =>
      [...read(file).matchAll(/\[((?:C|V2A|V2F|H2A|H2F|SEC|HW)-\d+[a-f]?)\]/g)].map(([, id]) => id!),
    );
    expect(new Set(ids)).toEqual(new Set(named));
  });
});

describe("docs/expectations.md", () => {
  const rows = read("docs/expectations.md")
    .split("\n")
    .filter((line) => /^\| (?!-|pain |convention )/.test(line));

  it.each(rows.map((row) => [row.split("|")[1]!.trim(), row] as const))("%s: names tests", (_what, row) => {
    const tests = [...row.matchAll(/\[([^\]]+)\]\(\.\.\/(test\/[^)]+)\)/g)];
    expect(tests.length).toBeGreaterThan(0);
    for (const [, title, file] of tests) expect(read(file!), `${file}: ${title}`).toContain(title);
  });
});
