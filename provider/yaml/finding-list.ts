/**
 * All findings of files that a user wrote: each finding with file, line, column, the
 * property's path, and what to do. Shown with the offending line and a mark under it.
 */
import path from "node:path";
import pc from "picocolors";
import { rules } from "../rules/registry.ts";
import type { Severity } from "../rules/rule.ts";
import type { Finding } from "./finding.ts";

const { createColors } = pc;
type Colors = ReturnType<typeof createColors>;
const plain = createColors(false);

function relative(file: string): string {
  const short = path.relative(process.cwd(), file);
  return short.startsWith("..") ? file : short;
}

/** What is shown; all findings are in `findings`. */
const shownMax = 100;
const contextColumns = 110;

/** What may stand in a line of a hostile file and would move the cursor, or turn the text around. */
function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ");
}

/** The offending line, cut to what fits around the place, and a mark under it. */
function context(line: string, column: number): string {
  const from = column > contextColumns ? column - Math.floor(contextColumns / 2) : 0;
  const shown = harmless(line.slice(from, from + contextColumns));
  return `    ${shown}\n    ${" ".repeat(Math.max(0, column - 1 - from))}`;
}

/** What is wrong, with the property that it is wrong with. */
function sentenceOf({ property, message }: Finding): string {
  return property === "" ? message : `${property}: ${message}`;
}

function show(finding: Finding, lines: readonly string[] | undefined, colors: Colors): string {
  const { file, line, column } = finding;
  const where = colors.bold(`${relative(file)}:${line}:${column}`);
  const { severity } = rules[finding.rule];
  const level = severity === "error" ? "" : `${severity}: `;
  const head = `${where}: ${level}${harmless(sentenceOf(finding))} ${colors.dim(`[${finding.rule}]`)}`;
  const text = lines?.[line - 1];
  if (text === undefined || text.trim() === "") return head;
  const room = Math.min(text.length - column + 1, contextColumns - 1 - Math.max(0, column - contextColumns));
  const marks = "^".repeat(Math.max(1, Math.min(finding.length ?? 1, room)));
  return `${head}\n${context(text, column)}${(severity === "error" ? colors.red : colors.yellow)(marks)}`;
}

function showAll(findings: readonly Finding[], texts: ReadonlyMap<string, string>, colors: Colors): string {
  const lines = new Map([...texts].map(([file, text]) => [file, text.split("\n")]));
  const shown = findings.slice(0, shownMax).map((finding) => show(finding, lines.get(finding.file), colors));
  if (findings.length > shownMax) shown.push(`... and ${findings.length - shownMax} more`);
  return shown.join("\n");
}

function counted(count: number, word: string): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? word : `${word}s`}`];
}

export class FindingList {
  readonly findings: readonly Finding[];
  /** The texts that the findings are about, by file, so that they can be shown as part of another list. */
  readonly texts: ReadonlyMap<string, string>;

  constructor(findings: readonly Finding[], texts: ReadonlyMap<string, string>) {
    this.findings = findings;
    this.texts = texts;
  }

  count(severity: Severity): number {
    return this.findings.filter(({ rule }) => rules[rule].severity === severity).length;
  }

  /** A line for each finding of a level, with places that count from a folder. */
  brief(severity: Severity, folder: string): string[] {
    return this.findings
      .filter(({ rule }) => rules[rule].severity === severity)
      .map((finding) => {
        const { file, line, column, rule } = finding;
        const place = `${path.relative(folder, file)}:${line}:${column}`;
        return harmless(`${place}: ${sentenceOf(finding)} [${rule}]`);
      });
  }

  /** Each finding with its line. */
  get text(): string {
    return showAll(this.findings, this.texts, plain);
  }

  /** The findings for people, with a line that counts them; in colour when it goes to a terminal. */
  format(color = false): string {
    const shown = showAll(this.findings, this.texts, color ? createColors(true) : plain);
    const severities = ["error", "warning", "note"] as const;
    const counts = severities.flatMap((severity) => counted(this.count(severity), severity)).join(", ");
    return `${shown}\n${counts}${this.count("error") > 0 ? "; nothing was changed" : ""}.`;
  }
}
