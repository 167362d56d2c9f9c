/** Definitions of the flows that are more than Hyper-V hosts of one site, and what lies around them. */
import fs from "node:fs";
import path from "node:path";
import { writeMachine } from "../machines/machine-folder.ts";

/** Which definition, the change that makes it wrong, and what is told; as in good-definition.ts. */
export type BadSite = readonly [what: string, good: string, from: string | RegExp, to: string, told: string];

const head = `version: 1
resourceGroup: dr
vault: { name: dr-vault }
`;
const azure = `azure:
  storageAccounts: [{ name: replicas }]
  networks: [{ name: recovery-net }, { name: drill-net }]
`;

/** VMware and physical servers to Azure (S1, S2). */
export const vmwareToAzure = `${head}${azure}policies: [{ name: minutes, instanceType: InMageAzureV2, recoveryPointHistory: 60 }]
sites:
  - name: rome
    kind: vmware
    server: cs-rome
    policy: minutes
    runAsAccounts: [push, reader]
    physicalServers: physical
    vcenters: [{ name: vc1, inventory: esxi, address: 10.0.0.4, port: "443", account: reader }]
    masterTargets: [{ name: mt1, folder: retention }]
    networkMappings: [{ from: production, to: recovery-net }]
    networkPaths:
      - { name: line, purpose: replication, connection: PublicEndpoint, closedPorts: [80] }
      - { name: vpn, purpose: failback, connection: SiteToSiteVpn }
machines:
  - { name: vm1, account: push, masterTarget: mt1, group: shop, size: Standard_B1s, disks: [os] }
  - { name: erp1, account: push }
`;

/** VMware and physical servers to a second site (S5). */
export const vmwareToSite = `${head}policies: [{ name: minutes, instanceType: InMage }]
sites:
  - name: rome
    kind: vmware
    server: cs-rome
    policy: minutes
    target: milan
    runAsAccounts: [push]
    vcenters: [{ name: vc1, inventory: esxi }]
    networkPaths: [{ name: line, purpose: replication, connection: Lan, site: milan }]
  - name: milan
    kind: vmware
    server: cs-milan
    vcenters: [{ name: vc2, inventory: esxi-2 }]
    masterTargets: [{ name: mt2, folder: retention }]
    networks: [{ name: isolated }]
machines:
  - { name: vm1, site: rome, account: push }
plans:
  - { name: shop, site: rome, groups: [[vm1]] }
`;

/** Hyper-V in VMM clouds to Azure (S4). */
export const vmmToAzure = `${head}${azure}policies: [{ name: five }]
sites:
  - name: paris
    kind: vmm
    server: vmm-paris
    policy: five
    clouds:
      - { name: gold, capabilityProfile: Hyper-V, hosts: [{ name: hv1, inventory: hv1, agent: true }] }
    networks: [{ name: production, logicalNetwork: backbone }]
    networkMappings: [{ from: production, to: recovery-net }]
machines:
  - { name: web1 }
drills:
  - { name: rehearsal, machine: web1, network: drill-net }
`;

/** Hyper-V in VMM clouds to a second VMM site (S6). */
export const vmmToSite = `${head}policies: [{ name: count, instanceType: HyperVReplica2012R2, recoveryPoints: 4 }]
sites:
  - name: paris
    kind: vmm
    server: vmm-paris
    clouds:
      - name: gold
        capabilityProfile: Hyper-V
        hosts: [{ name: hv1, inventory: hv1 }]
        policy: count
        target: { site: lyon, cloud: silver }
    networks: [{ name: production, logicalNetwork: backbone, cloud: gold }]
    networkMappings: [{ from: production, to: production, site: lyon }]
    storageClassifications: [{ name: fast, folder: fast, target: { site: lyon, classification: slow } }]
  - name: lyon
    kind: vmm
    server: vmm-lyon
    clouds: [{ name: silver, capabilityProfile: Hyper-V, hosts: [{ name: hv2, inventory: hv2 }] }]
    networks:
      - { name: production, logicalNetwork: backbone }
      - { name: isolated, logicalNetwork: backbone }
    storageClassifications: [{ name: slow, folder: slow }]
machines:
  - { name: web1, site: paris }
plans:
  - { name: shop, site: paris, groups: [[web1]] }
drills:
  - { name: rehearsal, machine: web1, network: isolated }
`;

/** All folders that the definitions name. */
export function makeSites(folder: string): void {
  for (const name of ["retention", "fast", "slow", "hv2", "esxi-2"]) fs.mkdirSync(path.join(folder, name));
  writeMachine(path.join(folder, "hv1"), "web1");
  writeMachine(path.join(folder, "esxi"), "vm1");
  writeMachine(path.join(folder, "physical"), "erp1");
}
