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
 * Puts the outcomes into the document between its two marks: a sum, and a table with one row a fault. Faults that were not
 * run now keep the outcome that they had.
 */
export function writeTable(file: string, outcomes: readonly Outcome[]): void {
  const found = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  const text = fs.readFileSync(file, "utf8");
  const before = outcomesIn(text);
  const words = mutants.map(({ id }) => found.get(id)?.outcome ?? before.get(id) ?? "not run");
  const rows = mutants.map(
    ({ id, file: source, breaks }, index) =>
      `| ${id} | \`${source.replace("provider/", "")}\` | ${breaks} | ${words[index]} |`,
  );
  const caught = words.filter((word) => word === "caught").length;
  const sum = `Of ${mutants.length} faults ${caught} were caught when they were last run.`;
  const table = ["| fault | file | what a user would lose | outcome |", "| --- | --- | --- | --- |", ...rows];
  const head = text.slice(0, text.indexOf(begin) + begin.length);
  fs.writeFileSync(file, `${head}\n\n${sum}\n\n${table.join("\n")}\n\n${text.slice(text.indexOf(end))}`);
}
