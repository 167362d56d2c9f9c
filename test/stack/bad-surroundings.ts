/** Definitions that clash with what lies around them, or with themselves in ways that the schema cannot see. */
import type { BadDefinition } from "./good-definition.ts";

const twoSites = "sites:\n  - { name: paris, hosts: [{ name: hv2, inventory: hv2 }], policy: five }";
const subnet = (prefix: string, mark = ""): string => `{ name: a${mark}, addressPrefix: ${prefix} }`;
const network = (space: string, subnets: string): string =>
  `{ name: drill-net, addressSpace: [${space}], subnets: [${subnets}] }`;

export const badSurroundings: readonly BadDefinition[] = [
  [
    "an inventory outside of the definition's folder",
    "inventory: hv1",
    "inventory: ¦../../etc",
    "sites[0].hosts[0].inventory: '../../etc' leads out of the definition's folder; move the folder there",
  ],
  [
    "an inventory that leaves the folder and comes back only in part",
    "inventory: hv1",
    "inventory: ¦hv1/../../hv1",
    "sites[0].hosts[0].inventory: 'hv1/../../hv1' leads out",
  ],
  [
    "a link that leads out of the definition's folder",
    "inventory: hv1",
    "inventory: ¦out",
    "sites[0].hosts[0].inventory: 'out' is a link that leads out of the definition's folder",
  ],
  [
    "a file where an inventory belongs",
    "inventory: hv1",
    "inventory: ¦file",
    "sites[0].hosts[0].inventory: cannot be looked into, and a folder of machines is wanted",
  ],
  [
    "an inventory of 5,000 characters",
    "inventory: hv1",
    `inventory: ¦${"a".repeat(5000)}`,
    "sites[0].hosts[0].inventory: 'aaa",
  ],
  [
    "two hosts of one inventory",
    "{ name: hv1, inventory: hv1 }",
    "{ name: hv1, inventory: hv1 }, { name: hv2, inventory: ¦./hv1 }",
    "sites[0].hosts[1].inventory: is the inventory of the host hv1 already",
  ],
  [
    "a machine on two hosts",
    "{ name: hv1, inventory: hv1 }",
    "{ name: hv1, inventory: hv1 }, { name: hv2, inventory: hv2 }",
    "machines[0].name: is on hv1 and hv2; leave it on the host that it runs on",
  ],
  [
    "a machine of another name than its folder",
    "{ name: web1 }",
    "{ name: ¦renamed1 }",
    "machines[0].name: is called 'other1' in ",
  ],
  [
    "[C-8] a machine without an OS disk",
    "{ name: web1 }",
    "{ name: ¦bootless1 }",
    "machines[0].name: cannot be protected: it has no OS disk",
  ],
  [
    "[C-8] a machine with two OS disks",
    "{ name: web1 }",
    "{ name: ¦twice1 }",
    "machines[0].name: cannot be protected: it has 2 OS disks (os, data); exactly 1 is supported",
  ],
  [
    "an empty disk",
    "{ name: web1 }",
    "{ name: ¦empty1 }",
    "machines[0].name: cannot be protected: its os disk os is empty",
  ],
  ["a folder for a disk", "{ name: web1 }", "{ name: ¦folder1 }", "machines[0].name: Cannot open "],
  [
    "a disk that is a link to somewhere else",
    "{ name: web1 }",
    "{ name: ¦linked1 }",
    'machines[0].name: The image of the disk "os" of linked1 is a link that leads out',
  ],
  [
    "an OS disk that is left out",
    "{ name: db1 }",
    "{ name: full1, disks: ¦[data] }",
    "machines[1].disks: leaves out 'os', which the machine boots from",
  ],
  [
    "a plan with a machine of another site",
    /sites:([^]*)machines:[^]*$/,
    `${twoSites}\n  - { name: rome, hosts: [{ name: hv1, inventory: hv1 }], policy: five,
      networkMappings: [{ from: production, to: recovery-net }] }
machines:
  - { name: web1, site: rome }
plans:
  - { name: shop, site: paris, groups: [[¦web1]] }
`,
    "plans[0].groups[0][0]: 'web1' is of the site rome, and the plan of paris",
  ],
  [
    "a machine that does not say which of two sites",
    "sites:",
    twoSites,
    "machines[0]: names no site (site); there are paris, london, so say which",
  ],
  [
    "a range that is none",
    "{ name: drill-net }",
    "{ name: drill-net, addressSpace: [¦banana] }",
    "azure.networks[1].addressSpace[0]: 'banana' is no address range; write it like 10.20.0.0/16",
  ],
  [
    "a range with a prefix beyond 32",
    "{ name: drill-net }",
    "{ name: drill-net, addressSpace: [¦10.0.0.0/33] }",
    "azure.networks[1].addressSpace[0]: '10.0.0.0/33' is no address range",
  ],
  [
    "a subnet outside of its network",
    "{ name: drill-net }",
    network("10.0.0.0/16", subnet("¦10.1.0.0/24")),
    "azure.networks[1].subnets[0].addressPrefix: '10.1.0.0/24' is outside of the network's addressSpace, 10.0.0.0/16",
  ],
  [
    "a subnet larger than its network",
    "{ name: drill-net }",
    network("10.0.0.0/16", subnet("¦10.0.0.0/8")),
    "azure.networks[1].subnets[0].addressPrefix: '10.0.0.0/8' is outside",
  ],
  [
    "subnets that overlap",
    "{ name: drill-net }",
    network("10.0.0.0/16", `${subnet("10.0.0.0/20")}, ${subnet("¦10.0.8.0/24", "2")}`),
    "azure.networks[1].subnets[1].addressPrefix: '10.0.8.0/24' overlaps the subnet a (10.0.0.0/20)",
  ],
  [
    "two subnets of one name",
    "{ name: drill-net }",
    `{ name: drill-net, subnets: [${subnet("10.0.0.0/24")}, { name: ¦A, addressPrefix: 10.0.1.0/24 }] }`,
    "azure.networks[1].subnets[1].name: there is a subnet 'A' already",
  ],
  [
    "eight groups in a plan",
    "[[db1], [web1]]",
    "¦[[a], [b], [c], [d], [e], [f], [g], [h]]",
    "plans[0].groups: is too long a list: at most 7 entries",
  ],
  [
    "a time that is none",
    "replicationInterval: 300",
    "onlineReplicationStartTime: ¦tomorrow",
    "policies[0].onlineReplicationStartTime: 'tomorrow' is not an ISO 8601 time",
  ],
  [
    "a network to map from that is a path",
    "from: production",
    "from: ¦a/b",
    "sites[0].networkMappings[0].from: 'a/b' is not legal",
  ],
  ["an octal number", "300", "¦0300", ": the number 0300 begins with 0"],
  [
    "a character that turns the text around",
    "dr-vault",
    '¦"dr\\u202evault"',
    ": holds the control character U+202e",
  ],
];
