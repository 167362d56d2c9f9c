/**
 * Which findings may only come of what was put in the place of something wrong. A site whose kind is no word has an
 * unknown kind, and an entry without a name may be the very one that others refer to: what leans on these is not told
 * before they are mended, all else is.
 */
import type { RuleId } from "../rules/registry.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";

/** A place of a file where something is wrong and was made usable. */
export interface Repaired {
  readonly file: string;
  readonly path: YamlPath;
}

/** By list: rules that look something up in it, or follow from what it says. */
const leaning: Readonly<Record<string, readonly RuleId[]>> = {
  policies: ["unknown-policy", "policy-instance-type", "policy-setting"],
  sites: [
    "unnamed-choice",
    "unknown-site",
    "unknown-cloud",
    "unknown-network",
    "unknown-account",
    "unknown-process-server",
    "unknown-master-target",
    "unknown-storage-classification",
    "machine-not-found",
    "machine-pattern-unmatched",
    "machine-network-unmapped",
    "machine-without-network",
    "machine-without-policy",
    "machine-without-agent",
    "machine-foreign-setting",
    "machine-failover-kind",
    "machine-churn",
    "plan-mixed-sites",
    "plan-mixed-targets",
    "drill-network-in-use",
    "azure-network-choice",
  ],
  machines: [
    "plan-unknown-machine",
    "drill-unknown-machine",
    "drill-overlap",
    "machine-pattern-unmatched",
    "plan-mixed-sites",
    "plan-mixed-targets",
    "unknown-network",
    "drill-network-in-use",
  ],
  plans: ["drill-unknown-plan", "drill-overlap"],
  "azure.storageAccounts": ["unnamed-choice", "unknown-storage-account"],
  "azure.networks": ["unknown-network", "address-outside-subnet", "address-reserved"],
  "azure.processServers": ["unknown-process-server", "site-missing-part"],
};

/** Rules about an entry as a whole, where a part of it is in doubt. */
const ofEntry: ReadonlySet<RuleId> = new Set<RuleId>([
  "address-range",
  "site-foreign-part",
  "site-missing-part",
  "site-network-path",
  "policy-instance-type",
  "policy-setting",
  "unnamed-choice",
  "unknown-network",
  "unknown-cloud",
  "plan-step-sort",
  "plan-step-setting",
  "drill-subject",
  "machine-os-disk-left-out",
  "machine-without-agent",
]);

const keyOf = (file: string, path: YamlPath): string => `${file}\n${path.join("\n")}`;

/** The list that a place is in, and how many steps lead to the entry. */
function listOf(path: YamlPath): { readonly list: string; readonly steps: number } {
  const isNested = path[0] === "azure";
  return { list: path.slice(0, isNested ? 2 : 1).join("."), steps: isNested ? 3 : 2 };
}

export class Doubts {
  readonly #places = new Set<string>();
  readonly #entries = new Set<string>();
  readonly #rules = new Set<RuleId>();

  constructor(repaired: readonly Repaired[]) {
    for (const { file, path } of repaired) {
      const { list, steps } = listOf(path);
      this.#places.add(keyOf(file, path));
      this.#entries.add(keyOf(file, path.slice(0, steps)));
      const lists =
        list === "azure" ? Object.keys(leaning).filter((name) => name.startsWith("azure.")) : [list];
      for (const name of lists) for (const rule of leaning[name] ?? []) this.#rules.add(rule);
    }
  }

  /** Whether a finding may follow from a repair alone. */
  covers(rule: RuleId, file: string, path: YamlPath): boolean {
    if (this.#places.size === 0) return false;
    if (this.#rules.has(rule)) return true;
    for (let length = path.length; length > 0; length -= 1)
      if (this.#places.has(keyOf(file, path.slice(0, length)))) return true;
    return ofEntry.has(rule) && this.#entries.has(keyOf(file, path.slice(0, listOf(path).steps)));
  }
}
