/** The target azure: what the embedded engine can be asked for, and Azure cannot. */
import { error } from "./rule.ts";

export const azureRules = {
  "azure-failover": error(
    "For Azure, no failover is declared",
    "Azure fails over by an action; a resource has no property that says where a machine runs.",
    "Leave activeLocation and failover out, and run the action.",
    "target: azure, machines: [{ name: web1, activeLocation: recovery }]",
    "target: azure, machines: [{ name: web1 }]",
  ),
  "azure-cluster": error(
    "For Azure, no cluster of a site of one's own is declared",
    "Azure has protection clusters for machines between its own regions only.",
    "Leave clusters out; machines of a VMware site share their points in a replication group.",
    "target: azure, clusters: [{ name: sql, machines: [sql1, sql2] }]",
    "target: azure, machines: [{ name: sql1 }, { name: sql2 }]",
  ),
  "azure-migration": error(
    "For Azure, migrations are declared in a program",
    "Azure's migration items name a subscription and secrets of a key vault, which no definition knows.",
    "Declare ReplicationMigrationItem in a program, or keep the target engine.",
    "target: azure, migrations: [{ name: erp1, disks: [os] }]",
    "target: azure, machines: [{ name: erp1 }]",
  ),
  "azure-drill": error(
    "For Azure, no drill is declared",
    "A test failover is an action in Azure, and leaves no resource.",
    "Leave drills out, or keep a stack of the target engine for them.",
    "target: azure, drills: [{ name: rehearsal, machine: web1, network: drill-net }]",
    "target: azure, machines: [{ name: web1 }]",
  ),
  "azure-second-site": error(
    "For Azure, machines replicate to Azure",
    "Azure has retired replication to a second site of one's own.",
    "Leave the site's or cloud's target out, or keep the target engine.",
    "target: azure, sites: [{ name: rome, kind: vmware, target: milan }]",
    "target: azure, sites: [{ name: rome, kind: vmware }]",
  ),
  "azure-server": error(
    "For Azure, machines name no servers",
    "Azure knows process servers and master targets by ids that they registered with, not by names.",
    "Leave processServer and masterTarget out; Azure chooses one.",
    "target: azure, machines: [{ name: vm1, processServer: ps2 }]",
    "target: azure, machines: [{ name: vm1 }]",
  ),
  "azure-network-choice": error(
    "For Azure, a machine of a Hyper-V site with several networks names its own",
    "Azure maps networks of VMM servers only; the machine's own setting is all there is.",
    "Set the machine's network.",
    "target: azure, two networkMappings, machines: [{ name: web1 }]",
    "target: azure, two networkMappings, machines: [{ name: web1, network: recovery-net }]",
  ),
  "azure-office-hours": error(
    "For Azure, a policy has no office hours",
    "When a resync may start is a setting of the Hyper-V host there, not of the policy.",
    "Leave officeHours out.",
    "target: azure, policies: [{ name: five, officeHours: { from: '08:00' } }]",
    "target: azure, policies: [{ name: five }]",
  ),
  "azure-script": error(
    "For Azure, a plan runs no script at the recovery side",
    "Azure runs nothing there but runbooks of an automation account.",
    "Make it a manual step, or add the runbook in the portal.",
    "target: azure, plans: [{ name: shop, groups: [{ machines: [web1], after: [{ script: check.sh }] }] }]",
    "target: azure, plans: [{ name: shop, groups: [{ machines: [web1], after: [{ manual: Check }] }] }]",
  ),
};
