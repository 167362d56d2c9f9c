/** Names that refer to something, and names that must differ. */
import { error, type Rule } from "./rule.ts";

const unknown = (what: string, bad: string, good: string): Rule =>
  error(
    `Every ${what} that is named is declared`,
    "A name that refers to nothing fails only when it is needed.",
    `Mend the name, or declare the ${what}.`,
    bad,
    good,
  );

export const nameRules = {
  "duplicate-name": error(
    "Names of one kind differ, whatever the letter case",
    "Azure's names do not distinguish letter case, and two things of one name are one.",
    "Rename one of the two, or remove it.",
    "machines: [{ name: web1 }, { name: WEB1 }]",
    "machines: [{ name: web1 }, { name: web2 }]",
  ),
  "name-form": error(
    "A name has the form that the things of its kind take",
    "An update refuses it.",
    "Take a name of that form; most begin and end with a letter or digit, and have two characters at least.",
    "drills: [{ name: r, machine: web1, network: drill-net }]",
    "drills: [{ name: rehearsal, machine: web1, network: drill-net }]",
  ),
  "reserved-name": error(
    "No site has the name of the fabric of the process servers in Azure",
    "Both would be one resource.",
    "Take another name for the site.",
    "sites: [{ name: azure }]",
    "sites: [{ name: london }]",
  ),
  "unnamed-choice": error(
    "A name is left out only where there is one thing to choose",
    "With several it is not clear which is meant.",
    "Write the name.",
    "machines: [{ name: web1 }]   # of two sites",
    "machines: [{ name: web1, site: london }]",
  ),
  "unknown-site": unknown("site", "target: pariss", "target: paris"),
  "unknown-policy": unknown("policy", "policy: six", "policy: five"),
  "unknown-network": unknown("network", "to: recovery", "to: recovery-net"),
  "unknown-storage-account": unknown(
    "storage account",
    "storageAccount: replica",
    "storageAccount: replicas",
  ),
  "unknown-cloud": unknown("cloud", "cloud: silver", "cloud: gold"),
  "unknown-account": unknown("account", "account: rot", "account: root"),
  "unknown-process-server": unknown("process server", "processServer: ps2", "processServer: ps1"),
  "unknown-master-target": unknown("master target", "masterTarget: mt2", "masterTarget: mt1"),
  "unknown-storage-classification": unknown(
    "storage classification",
    "target: { site: rome, classification: fast }",
    "target: { site: rome, classification: silver }",
  ),
  "unknown-disk": unknown("disk of a machine", "disks: [os, dat]", "disks: [os, data]"),
  "plan-unknown-machine": unknown("machine of a plan", "groups: [[db2]]", "groups: [[db1]]"),
  "cluster-unknown-machine": unknown("machine of a cluster", "machines: [sql3]", "machines: [sql1]"),
  "drill-unknown-machine": unknown("machine of a drill", "machine: web11", "machine: web1"),
  "drill-unknown-plan": unknown("plan of a drill", "plan: shopp", "plan: shop"),
};
