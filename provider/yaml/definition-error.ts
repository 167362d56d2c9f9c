/**
 * What is wrong with a file that a user wrote, all of it at once: each finding with file, line, column, the
 * property's path, and what to do. Shown with the offending line and a mark under it.
 */
import path from "node:path";
import { SiteRecoveryError } from "../errors.ts";

export interface Finding {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Path of the property: `machines[0].site`; empty when the text itself is wrong. */
  readonly property: string;
  readonly message: string;
}

function relative(file: string): string {
  const short = path.relative(process.cwd(), file);
  return short.startsWith("..") ? file : short;
}

function show(finding: Finding, text: string | undefined): string {
  const where = `${relative(finding.file)}:${finding.line}:${finding.column}`;
  const property = finding.property === "" ? "" : `${finding.property}: `;
  const head = `${where}: ${property}${finding.message}`;
  const line = text?.split("\n")[finding.line - 1];
  if (line === undefined || line.trim() === "") return head;
  const shown = line.slice(0, 160).replaceAll("\t", " ");
  return `${head}\n    ${shown}\n    ${" ".repeat(Math.min(finding.column - 1, 160))}^`;
}

export class DefinitionError extends SiteRecoveryError {
  readonly findings: readonly Finding[];
  readonly #texts: ReadonlyMap<string, string>;

  constructor(findings: readonly Finding[], texts: ReadonlyMap<string, string>) {
    super("InvalidInput", findings.map((finding) => show(finding, texts.get(finding.file))).join("\n"));
    this.findings = findings;
    this.#texts = texts;
  }

  /** The findings for people, with a line that counts them. */
  format(): string {
    const shown = this.findings.map((finding) => show(finding, this.#texts.get(finding.file)));
    const count = this.findings.length;
    return `${shown.join("\n")}\n${count} ${count === 1 ? "error" : "errors"}; nothing was changed.`;
  }
}
