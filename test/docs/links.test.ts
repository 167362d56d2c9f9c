/** Links of all pages, and of messages, lead to pages and headings that are there. */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const filesIn = (folder: string, ending: string): string[] =>
  (fs.readdirSync(path.join(root, folder), { recursive: true }) as string[])
    .filter((name) => name.endsWith(ending) && !name.includes("node_modules"))
    .map((name) => path.join(folder, name))
    .toSorted();

const pages = [
  ...["README.md", "ARCHITECTURE.md", "CHANGELOG.md"],
  ...filesIn("docs", ".md"),
  ...filesIn("examples", ".md"),
];

/** The text outside of code, where brackets are links. */
function proseOf(page: string): string {
  const text = fs.readFileSync(path.join(root, page), "utf8");
  return text
    .replaceAll(/^(`{3,})[^]*?^\1/gm, "")
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, " "));
}

/** Targets of links: `[text](target)`, `[name]: target` and `href="target"`. */
function linksOf(page: string): string[] {
  const forms = /\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)|(?:href|src)="([^"]+)"/gm;
  return [...proseOf(page).matchAll(forms)].map(
    ([, inline, named, attribute]) => inline ?? named ?? attribute!,
  );
}

/** Anchors of a page's headings, as GitHub makes them: a heading that is there again gets a number. */
function anchorsOf(page: string): Set<string> {
  const text = fs.readFileSync(path.join(root, page), "utf8").replaceAll(/^(`{3,})[^]*?^\1/gm, "");
  const anchors = new Set<string>();
  for (const [, title] of text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const shown = title!.replaceAll(/\]\([^)]*\)/g, "").toLowerCase();
    const plain = shown.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
    let anchor = plain;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${plain}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Why a link of a page leads nowhere, or `undefined`. Links to the web are not followed. */
function flawOf(page: string, link: string): string | undefined {
  if (/^[a-z]+:/i.test(link)) return /^(https|mailto):/.test(link) ? undefined : `${link} is no https link`;
  const [file = "", anchor] = link.split("#");
  const target = file === "" ? page : path.join(path.dirname(page), file);
  if (!fs.existsSync(path.join(root, target))) return `${link}: there is no ${target}`;
  if (anchor === undefined || !target.endsWith(".md")) return undefined;
  return anchorsOf(target).has(anchor) ? undefined : `${link}: ${target} has no such heading`;
}

describe("links", () => {
  it.each(pages)("of %s lead to what is there", (page) => {
    expect(linksOf(page).flatMap((link) => flawOf(page, link) ?? [])).toEqual([]);
  });

  it("are found in all their forms, and a wrong one is told", () => {
    expect(linksOf("README.md").length).toBeGreaterThan(20);
    expect(flawOf("docs/convert.md", "definitions.md")).toBeUndefined();
    expect(flawOf("docs/convert.md", "#what-it-leaves-out")).toBeUndefined();
    expect(flawOf("docs/convert.md", "definitions.md#steps-of-recovery-plans")).toBeUndefined();
    expect(flawOf("docs/convert.md", "#what-it-leaves")).toBe(
      "#what-it-leaves: docs/convert.md has no such heading",
    );
    expect(flawOf("docs/convert.md", "definition.md")).toMatch(/there is no docs\/definition\.md/);
    expect(flawOf("docs/convert.md", "http://example.com")).toMatch(/no https link/);
  });

  it("of messages, help and set-up lead to pages that are there", () => {
    const sources = ["provider", "policy-pack", "setup", "plugin", "generate", "schema"].flatMap((folder) =>
      [".ts", ".mjs", ".json"].flatMap((ending) => filesIn(folder, ending)),
    );
    const named = sources.flatMap((source) =>
      [...fs.readFileSync(path.join(root, source), "utf8").matchAll(/\b(docs\/[\w/-]+\.md)(#[\w-]+)?/g)].map(
        ([, file, anchor]): [string, string] => [source, `${file!}${anchor ?? ""}`],
      ),
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter(([, link]) => flawOf("README.md", link) !== undefined)).toEqual([]);
  });
});
