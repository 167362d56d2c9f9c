/** The site of the documentation: the pages of `docs`, README and the pages that they link to. */
import fs from "node:fs";
import path from "node:path";
import { defineConfig, type DefaultTheme } from "vitepress";
import { pageLinks } from "./page-links.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** Title of a page: its first heading. */
function titleOf(file: string): string {
  return /^# (.+)$/m.exec(fs.readFileSync(path.join(root, file), "utf8"))?.[1]?.replaceAll("`", "") ?? file;
}

function entries(...files: readonly string[]): DefaultTheme.SidebarItem[] {
  return files.map((file) => ({ text: titleOf(file), link: `/${file.replace(/\.md$/, "")}` }));
}

function filesIn(folder: string): string[] {
  const names = fs.readdirSync(path.join(root, folder)).filter((name) => name.endsWith(".md"));
  return names.toSorted().map((name) => `${folder}/${name}`);
}

const kinds = filesIn("docs/resources").filter((file) => !file.endsWith("README.md"));

// eslint-disable-next-line no-restricted-syntax -- VitePress takes it from the default export
export default defineConfig({
  title: "siterecovery",
  description: "Disaster recovery as code",
  // Copies that setup/docs.mjs makes: VitePress takes Vue from above its pages.
  srcDir: "pages",
  outDir: "dist",
  rewrites: { "README.md": "index.md" },
  markdown: { config: (md) => pageLinks(md, root) },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Tutorial", link: "/docs/tutorial" },
      { text: "Commands", link: "/docs/commands" },
      { text: "Definitions", link: "/docs/definitions" },
    ],
    sidebar: [
      {
        text: "Start",
        items: [{ text: "What it is", link: "/" }, ...entries("docs/tutorial.md", "examples/README.md")],
      },
      {
        text: "How to",
        items: entries(
          "docs/qemu-machines.md",
          "docs/libvirt-machines.md",
          "docs/vsphere.md",
          ...filesIn("docs/how-to"),
        ),
      },
      {
        text: "Reference",
        items: [
          ...entries(
            "docs/commands.md",
            "docs/definitions.md",
            "docs/machine-yaml.md",
            "docs/json.md",
            "docs/policies.md",
            "docs/convert.md",
            "docs/installation-configuration.md",
            "docs/recovery-home.md",
            "docs/azure.md",
            "docs/target-protocol.md",
          ),
          {
            text: titleOf("docs/resources/README.md"),
            link: "/docs/resources/README",
            collapsed: true,
            items: entries(...kinds),
          },
        ],
      },
      {
        text: "Explanation",
        items: entries(
          "docs/architecture.md",
          "docs/site-recovery.md",
          "docs/reliability.md",
          "docs/expectations.md",
          "docs/benchmarks.md",
          "ARCHITECTURE.md",
          "CHANGELOG.md",
        ),
      },
    ],
  },
});
