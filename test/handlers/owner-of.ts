/** Resources of stacks, as the doors hand them to the handlers' floor. */
import type { Notice } from "../../provider/handlers/notice.ts";
import type { Declared, Owner, OwnerMark } from "../../provider/handlers/owner.ts";

/** A resource of a stack, with the lines that were shown under it. */
export class Resource implements Owner {
  readonly urn: string;
  kept: OwnerMark | undefined;
  adopts = false;
  readonly declared = new Map<string, Declared>();
  readonly told: string[] = [];

  constructor(name: string, stack = "prod") {
    this.urn = `urn:pulumi:${stack}::harbour::siterecovery:index:Thing::${name}`;
  }

  notify({ severity, text }: Notice): void {
    this.told.push(`${severity}: ${text}`);
  }

  get work(): { report: () => void; owner: Owner } {
    return { report: () => undefined, owner: this };
  }

  /** The same resource under another URN, with the state that it has. */
  renamed(name: string, stack = "prod"): Resource {
    const other = new Resource(name, stack);
    other.kept = this.kept;
    return other;
  }
}
