import fs from "node:fs";

const file = new URL("../docs/benchmarks.md", import.meta.url);

/** Writes a section of docs/benchmarks.md, in the place of the one with this heading, or at the end. */
export function replaceSection(heading: string, body: string): void {
  const sections = fs.readFileSync(file, "utf8").split(/^(?=## )/m);
  const section = `## ${heading}\n\n${body.trim()}\n`;
  const place = sections.findIndex((text) => text.startsWith(`## ${heading}\n`));
  if (place < 0) sections.push(section);
  else sections[place] = section;
  fs.writeFileSync(file, `${sections.map((text) => text.trim()).join("\n\n")}\n`);
}
