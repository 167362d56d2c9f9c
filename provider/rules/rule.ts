/** A rule that definitions are checked against. Data only: what checks it names the rule by its id. */

/**
 * An error makes a definition unusable. A warning says that it goes against what is advised: it fails nothing, unless
 * that is asked for. A note is worth knowing.
 */
export type Severity = "error" | "warning" | "note";

export interface Rule {
  readonly severity: Severity;
  /** What is right, in one line. */
  readonly title: string;
  readonly why: string;
  readonly whatToDo: string;
  /** Fragments of a definition, as a person would write them. */
  readonly bad: string;
  readonly good: string;
  /** Where the figure comes from, of rules that have one; a key of `limits`. */
  readonly limits?: readonly string[];
}

/** A row, in the order in which people ask: what, why, what now, wrong, right. */
type Row = (
  title: string,
  why: string,
  whatToDo: string,
  bad: string,
  good: string,
  limits?: readonly string[],
) => Rule;

const row =
  (severity: Severity): Row =>
  (title, why, whatToDo, bad, good, limits) => {
    const texts = { title, why, whatToDo, bad, good };
    return { severity, ...texts, ...(limits === undefined ? {} : { limits }) };
  };

export const error = row("error");
export const warning = row("warning");
export const note = row("note");
