import fs from "node:fs";
import type { Outcome } from "./main.ts";
import { mutants } from "./mutants.ts";

const begin = "<!-- mutants -->";
const end = "<!-- /mutants -->";

/** The outcomes that a document's table has already, by fault. */
function outcomesIn(text: string): Map<string, string> {
  const rows = text.slice(text.indexOf(begin), text.indexOf(end)).split("\n");
  return new Map(
    rows
      .map((row) => row.split("|").map((cell) => cell.trim()))
      .map((cells) => [cells[1] ?? "", cells[4] ?? ""]),
  );
}

/**
 * Puts the outcomes into the document as a table, one row a fault, between its two marks. Faults that were not run now keep
 * the outcome that they had.
 */
export function writeTable(file: string, outcomes: readonly Outcome[]): void {
  const found = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  const text = fs.readFileSync(file, "utf8");
  const before = outcomesIn(text);
  const rows = mutants.map(({ id, file: source, breaks }) => {
    const outcome = found.get(id);
    return `| ${id} | \`${source.replace("provider/", "")}\` | ${breaks} | ${outcome?.outcome ?? before.get(id) ?? "not run"} |`;
  });
  const table = ["| fault | file | what a user would lose | outcome |", "| --- | --- | --- | --- |", ...rows];
  const head = text.slice(0, text.indexOf(begin) + begin.length);
  fs.writeFileSync(file, `${head}\n\n${table.join("\n")}\n\n${text.slice(text.indexOf(end))}`);
}
