import fs from "node:fs";
import type { Outcome } from "./main.ts";
import { mutants } from "./mutants.ts";

const begin = "<!-- mutants -->";
const end = "<!-- /mutants -->";

/** Puts the outcomes into the document as a table, one row a fault, between its two marks. */
export function writeTable(file: string, outcomes: readonly Outcome[]): void {
  const found = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  const rows = mutants.map(({ id, file: source, breaks }) => {
    const outcome = found.get(id);
    return `| ${id} | \`${source.replace("provider/", "")}\` | ${breaks} | ${outcome?.outcome ?? "not run"} |`;
  });
  const table = ["| fault | file | what a user would lose | outcome |", "| --- | --- | --- | --- |", ...rows];
  const text = fs.readFileSync(file, "utf8");
  const before = text.slice(0, text.indexOf(begin) + begin.length);
  fs.writeFileSync(file, `${before}\n\n${table.join("\n")}\n\n${text.slice(text.indexOf(end))}`);
}
