/** A rule that definitions are held against. Data only: what checks it names the rule by its id. */

export interface Rule {
  /** A warning is told and fails nothing; an error makes the definition unusable. */
  readonly severity: "error" | "warning";
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

/** One row, in the order in which people ask: what, why, what now, wrong, right. */
export function error(
  title: string,
  why: string,
  whatToDo: string,
  bad: string,
  good: string,
  limits?: readonly string[],
): Rule {
  return { severity: "error", title, why, whatToDo, bad, good, ...(limits === undefined ? {} : { limits }) };
}
