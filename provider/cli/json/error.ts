/** An error, or the refusal of one machine of several. */
export interface ErrorJson {
  /** A word for scripts, such as `NotFound` or `ActionNotAllowed`; `Usage` if the command line is wrong. */
  readonly code: string;
  /** For people: what happened, where, and what to do next. */
  readonly message: string;
}
