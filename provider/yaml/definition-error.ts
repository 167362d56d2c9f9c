/**
 * What is wrong with a file that a user wrote, all of it at once: each finding with file, line, column, the
 * property's path, and what to do. Shown with the offending line and a mark under it.
 */
import path from "node:path";
import pc from "picocolors";
import type { RuleId } from "../rules/registry.ts";
import { SiteRecoveryError } from "../errors.ts";

const { createColors } = pc;
type Colors = ReturnType<typeof createColors>;
const plain = createColors(false);

/** Where something stands in a text. */
export interface Place {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** How many characters of the line it takes; 1 when that is not known. */
  readonly length?: number;
}

export interface Finding extends Place {
  /** What is broken; `siterecovery explain` tells more of it. */
  readonly rule: RuleId;
  readonly file: string;
  /** Path of the property: `machines[0].site`; empty when the text itself is wrong. */
  readonly property: string;
  readonly message: string;
}

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

function show(finding: Finding, lines: readonly string[] | undefined, colors: Colors): string {
  const { file, line, column, property } = finding;
  const where = colors.bold(`${relative(file)}:${line}:${column}`);
  const what = `${property === "" ? "" : `${property}: `}${finding.message}`;
  const head = `${where}: ${harmless(what)} ${colors.dim(`[${finding.rule}]`)}`;
  const text = lines?.[line - 1];
  if (text === undefined || text.trim() === "") return head;
  const room = Math.min(text.length - column + 1, contextColumns - 1 - Math.max(0, column - contextColumns));
  const marks = "^".repeat(Math.max(1, Math.min(finding.length ?? 1, room)));
  return `${head}\n${context(text, column)}${colors.red(marks)}`;
}

function showAll(findings: readonly Finding[], texts: ReadonlyMap<string, string>, colors: Colors): string {
  const lines = new Map([...texts].map(([file, text]) => [file, text.split("\n")]));
  const shown = findings.slice(0, shownMax).map((finding) => show(finding, lines.get(finding.file), colors));
  if (findings.length > shownMax) shown.push(`... and ${findings.length - shownMax} more`);
  return shown.join("\n");
}

export class DefinitionError extends SiteRecoveryError {
  readonly findings: readonly Finding[];
  readonly #texts: ReadonlyMap<string, string>;

  constructor(findings: readonly Finding[], texts: ReadonlyMap<string, string>) {
    super("InvalidInput", showAll(findings, texts, plain));
    this.findings = findings;
    this.#texts = texts;
  }

  /** The texts that the findings are about, by file, so that they can be shown as part of another error. */
  get texts(): ReadonlyMap<string, string> {
    return this.#texts;
  }

  /** The findings for people, with a line that counts them; in colour when it goes to a terminal. */
  format(color = false): string {
    const shown = showAll(this.findings, this.#texts, color ? createColors(true) : plain);
    const count = this.findings.length;
    return `${shown}\n${count} ${count === 1 ? "error" : "errors"}; nothing was changed.`;
  }
}
