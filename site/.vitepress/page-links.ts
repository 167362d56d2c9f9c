/** Links of the pages as the site can follow them. VitePress itself refuses links to pages that are not there. */
import fs from "node:fs";
import path from "node:path";
import type { MarkdownRenderer } from "vitepress";

/** Folders whose Markdown files are pages of the site; and single files. */
const pages = /^(docs\/(?!_index)|examples\/)[^?]*\.md$|^(README|ARCHITECTURE|CHANGELOG)\.md$/;

/**
 * README is the first page. A link to a file or folder of the repository that is no page becomes plain text: the site has
 * no copy of it. Braces in texts are no expressions of Vue.
 */
export function pageLinks(md: MarkdownRenderer, root: string): void {
  md.core.ruler.push("page-links", (state) => {
    const { relativePath = "" } = state.env as { relativePath?: string };
    for (const { children } of state.tokens) {
      let plain = false;
      for (const token of children ?? []) {
        if (token.type === "link_close" && plain) {
          plain = false;
          token.tag = "span";
        }
        if (token.type !== "link_open") continue;
        const href = token.attrGet("href") ?? "";
        if (/^[a-z]+:|^#|^\//.test(href)) continue;
        const [target = "", hash] = decodeURI(href).split("#");
        const source = relativePath === "index.md" ? "" : path.dirname(relativePath);
        const file = path.normalize(path.join(source, target));
        if (!fs.existsSync(path.join(root, file))) continue;
        if (file === "README.md") token.attrSet("href", hash === undefined ? "/" : `/#${hash}`);
        else if (!pages.test(file)) {
          plain = true;
          token.tag = "span";
          token.attrs = [];
        }
      }
    }
  });
  const { text } = md.renderer.rules;
  md.renderer.rules.text = (...rule) => text!(...rule).replaceAll("{{", "&#123;&#123;");
}
