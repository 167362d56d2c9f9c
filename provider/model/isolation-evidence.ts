/** Whether a test machine's network leads nowhere, as it was tried. */
export type IsolationEvidence =
  | {
      readonly result: "proven";
      /** In milliseconds since 1970. */
      readonly provenAt: number;
      /** What was seen in the same way where nothing is isolated; without it the other says nothing. */
      readonly control: string;
      /** What was seen at the machine's own network. */
      readonly found: string;
    }
  | { readonly result: "notProven"; readonly because: string };
