/** What is wrong with a file that a user wrote, as an error. */
import { SiteRecoveryError } from "../errors.ts";
import type { Finding } from "./finding.ts";
import { FindingList } from "./finding-list.ts";

export class DefinitionError extends SiteRecoveryError {
  readonly list: FindingList;

  constructor(findings: readonly Finding[], texts: ReadonlyMap<string, string>) {
    const list = new FindingList(findings, texts);
    super("InvalidInput", list.text);
    this.list = list;
  }

  get findings(): readonly Finding[] {
    return this.list.findings;
  }

  get texts(): ReadonlyMap<string, string> {
    return this.list.texts;
  }

  /** The findings for people, with a line that counts them; in colour when it goes to a terminal. */
  format(color = false): string {
    return this.list.format(color);
  }
}
