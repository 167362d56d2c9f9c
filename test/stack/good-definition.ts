/** A definition that is right, and how a way to get it wrong is written down. */

export const goodDefinition = `version: 1
resourceGroup: dr
vault: { name: dr-vault }
azure:
  storageAccounts: [{ name: replicas }]
  networks: [{ name: recovery-net }, { name: drill-net }]
policies: [{ name: five, replicationInterval: 300 }]
sites:
  - name: london
    hosts: [{ name: hv1, inventory: hv1 }]
    policy: five
    networkMappings: [{ from: production, to: recovery-net }]
machines:
  - { name: web1 }
  - { name: db1 }
plans:
  - { name: shop, groups: [[db1], [web1]] }
drills:
  - { name: rehearsal, machine: web1, network: drill-net }
`;

/**
 * What is wrong, the change that makes it so, and the beginning of what is told. The mark ¦ stands where the user
 * is to be pointed to, and is not part of the definition.
 */
export type BadDefinition = readonly [what: string, from: string | RegExp, to: string, told: string];
