/** A sentence for people. */
export interface Notice {
  readonly severity: "info" | "warning";
  readonly text: string;
}
