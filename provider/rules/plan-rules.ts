/** Recovery plans, protection clusters and drills. */
import { error } from "./rule.ts";

export const planRules = {
  "plan-step-sort": error(
    "A step is either a script or a manual step",
    "A plan must know whether to run something or to wait for somebody.",
    "Write script or manual.",
    "{ script: check.sh, manual: look }",
    "{ manual: look }",
  ),
  "plan-step-setting": error(
    "A manual step has no side and no timeout",
    "A person is not ended by a clock.",
    "Leave it out.",
    "{ manual: look, timeout: PT5M }",
    "{ manual: look }",
  ),
  "plan-script-missing": error(
    "Scripts of plans are there",
    "In a disaster nobody looks for them.",
    "Write the script and make it executable.",
    "{ script: gone.sh }",
    "{ script: check.sh }",
  ),
  "plan-side-conflict": error(
    "Where a machine is to run is said once",
    "Two answers would move it to and fro.",
    "Leave activeLocation out at the machine, or in one of the plans or clusters.",
    "{ name: db1, activeLocation: primary }, in a plan of activeLocation: recovery",
    "{ name: db1 }, in a plan of activeLocation: recovery",
  ),
  "plan-mixed-sites": error(
    "The machines of a plan are of one site",
    "A recovery plan has one primary side.",
    "Make a plan for each site.",
    "{ name: shop, site: paris, groups: [[web-of-rome]] }",
    "{ name: shop, site: paris, groups: [[web-of-paris]] }",
  ),
  "plan-mixed-targets": error(
    "The machines of a plan have one recovery side",
    "A recovery plan has one; flows cannot be mixed in it.",
    "Make a plan for each recovery side.",
    "groups: [[replicates-to-azure], [replicates-to-paris]]",
    "groups: [[replicates-to-azure]]",
  ),
  "plan-machine-limit": error(
    "A recovery plan has at most 100 machines",
    "Azure Site Recovery takes no more protected instances into one plan.",
    "Make two plans.",
    "groups: [[m1, ..., m101]]",
    "groups: [[m1, ..., m100]]",
    ["planMachines"],
  ),
  "cluster-mixed-containers": error(
    "The machines of a cluster are of one site, and of one cloud there",
    "They are one unit, with one policy and one recovery side.",
    "Make a cluster for each site or cloud.",
    "{ name: sql, machines: [sql-of-paris, sql-of-rome] }",
    "{ name: sql, machines: [sql1-of-paris, sql2-of-paris] }",
  ),
  "cluster-machine-group": error(
    "A machine shares its recovery points in a group or in a cluster",
    "Both take them at one instant, each among its own machines.",
    "Leave out the machine's group, or take the machine out of the cluster.",
    "{ name: sql1, group: shop }, and { name: sql, machines: [sql1] }",
    "{ name: sql1 }, and { name: sql, machines: [sql1] }",
  ),
  "drill-network-in-use": error(
    "A drill runs in a network that nobody fails over to",
    "Test machines would meet the real ones.",
    "Declare an isolated network for drills.",
    "{ name: rehearsal, machine: web1, network: recovery-net }",
    "{ name: rehearsal, machine: web1, network: drill-net }",
  ),
};
