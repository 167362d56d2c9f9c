/** Templates at random: the same one in plain words and in disguise, and one of which parts are unknowable. */
import fc from "fast-check";
import { Disguise } from "./disguise/disguise.ts";
import { asr, templateOf } from "./template.ts";

export interface TemplatePair {
  /** Without an expression. */
  readonly plain: object;
  /** With the same meaning. */
  readonly disguised: object;
  /** The disguised one, with `holes` parts that no one can know. */
  readonly spoilt: object;
  readonly holes: number;
}

const name = fc.stringMatching(/^[a-z0-9][a-zA-Z0-9-]{0,10}[a-z0-9]$/);

const parts = fc.record({
  vault: name,
  site: name,
  hosts: fc.uniqueArray(name, { minLength: 1, maxLength: 2, selector: (one) => one.toLowerCase() }),
  policies: fc.uniqueArray(name, { minLength: 1, maxLength: 4, selector: (one) => one.toLowerCase() }),
  seconds: fc.constantFrom(30, 300),
  hours: fc.integer({ min: 0, max: 24 }),
  account: fc.stringMatching(/^[a-z0-9]{3,12}$/),
  network: name,
  machines: fc.uniqueArray(name, { maxLength: 3, selector: (one) => one.toLowerCase() }),
  off: fc.boolean(),
  spoil: fc.integer({ min: 0, max: 99 }),
  // Simpler choices are no simpler templates.
  choices: fc.noShrink(fc.array(fc.nat(1_000_000), { minLength: 200, maxLength: 400 })),
});

type Parts = typeof parts extends fc.Arbitrary<infer Value> ? Value : never;

/** How values are written: as they are, disguised, or spoilt. */
interface Writer {
  readonly text: (value: string) => string;
  readonly number: (value: number) => string | number;
  readonly truth: (value: boolean) => string | boolean;
}

const asTheyAre: Writer = { text: (value) => value, number: (value) => value, truth: (value) => value };

const functions = [
  {
    namespace: "own",
    members: {
      same: {
        parameters: [{ name: "of", type: "string" }],
        output: { type: "string", value: "[parameters('of')]" },
      },
    },
  },
];

function resourcesOf(from: Parts, { text, number, truth }: Writer): Record<string, unknown>[] {
  const { vault, site, hosts, policies, seconds, hours, account, network, machines, off } = from;
  const id = (type: string, ...names: string[]): string => {
    const [namespace, ...types] = type.split("/");
    const path = types.map((one, index) => `${one}/${names[index]!}`).join("/");
    return text(
      `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/dr/providers/${namespace}/${path}`,
    );
  };
  const container = `${asr}/replicationFabrics/replicationProtectionContainers`;
  const policyId = (): string => id(`${asr}/replicationPolicies`, vault, policies[0]!);
  return [
    { type: asr, name: text(vault), location: text("westeurope"), properties: {} },
    {
      type: "Microsoft.Storage/storageAccounts",
      name: text(account),
      kind: "StorageV2",
      sku: { name: text("Standard_LRS") },
    },
    {
      type: "Microsoft.Network/virtualNetworks",
      name: text(network),
      properties: {
        addressSpace: { addressPrefixes: [text("10.1.0.0/16")] },
        subnets: [{ name: text("apps"), properties: { addressPrefix: text("10.1.2.0/24") } }],
      },
    },
    ...policies.map((one, index) => ({
      type: `${asr}/replicationPolicies`,
      name: text(`${vault}/${one}`),
      condition: truth(true),
      properties: {
        providerSpecificInput: {
          instanceType: text("HyperVReplicaAzure"),
          replicationInterval: number(seconds),
          recoveryPointHistoryDuration: number((hours + index) % 25),
        },
      },
    })),
    ...(off
      ? [
          {
            type: `${asr}/replicationPolicies`,
            name: text(`${vault}/never`),
            condition: truth(false),
            properties: {},
          },
        ]
      : []),
    { type: `${asr}/replicationFabrics`, name: text(`${vault}/${site}`), properties: {} },
    ...hosts.map((host) => ({
      type: `${asr}/replicationFabrics/replicationRecoveryServicesProviders`,
      name: text(`${vault}/${site}/${host}`),
      properties: { machineName: text(host) },
    })),
    { type: container, name: text(`${vault}/${site}/${site}`), properties: {} },
    {
      type: `${container}/replicationProtectionContainerMappings`,
      name: text(`${vault}/${site}/${site}/${site}-to-azure`),
      properties: { policyId: policyId(), targetProtectionContainerId: text("Microsoft Azure") },
    },
    ...machines.map((machine) => ({
      type: `${container}/replicationProtectedItems`,
      name: text(`${vault}/${site}/${site}/${machine}`),
      properties: {
        policyId: policyId(),
        protectableItemId: id(`${container}/replicationProtectableItems`, vault, site, site, machine),
        providerSpecificDetails: {
          instanceType: "HyperVReplicaAzure",
          targetStorageAccountId: id("Microsoft.Storage/storageAccounts", account),
          targetAzureNetworkId: id("Microsoft.Network/virtualNetworks", network),
        },
      },
    })),
  ];
}

/** Resources in nested deployments, in loops of one turn, or under symbolic names; with those of the disguise itself. */
function arranged(resources: Record<string, unknown>[], disguise: Disguise): unknown {
  const placed = resources.map((resource, index) => {
    const form = disguise.pick(6);
    if (form === 0)
      return {
        type: "Microsoft.Resources/deployments",
        name: `outer${index}`,
        properties: { template: templateOf([resource]) },
      };
    if (form === 1) return { ...resource, copy: { name: `loop${index}`, count: "[length(createArray(1))]" } };
    if (form === 2) return { ...resource, dependsOn: ["[resourceId('a')]"], comments: "[not read" };
    return resource;
  });
  const { isSymbolic, resources: others } = disguise;
  if (!isSymbolic) return [...placed, ...Object.values(others)];
  return { ...Object.fromEntries(placed.map((resource, index) => [`symbol${index}`, resource])), ...others };
}

function pairOf(from: Parts): TemplatePair {
  const template = (writer: Writer, disguise: Disguise): object => {
    const resources = arranged(resourcesOf(from, writer), disguise);
    return templateOf(resources, {
      parameters: disguise.parameters,
      variables: disguise.variables,
      functions,
    });
  };
  const disguise = new Disguise(from.choices);
  const words: Writer = {
    text: (value) => disguise.text(value),
    number: (value) => disguise.number(value),
    truth: (value) => disguise.truth(value),
  };
  const disguised = template(words, disguise);
  const other = new Disguise(from.choices.toReversed());
  let holes = 0;
  const isHole = (): boolean => {
    const spoils = other.pick(100) < from.spoil;
    if (spoils) holes += 1;
    return spoils;
  };
  const spoiltWords: Writer = {
    text: (value) => (isHole() ? other.unknown() : other.text(value)),
    number: (value) => (isHole() ? other.unknown() : other.number(value)),
    truth: (value) => (isHole() ? other.unknown() : other.truth(value)),
  };
  const spoilt = template(spoiltWords, other);
  return { plain: templateOf(resourcesOf(from, asTheyAre)), disguised, spoilt, holes };
}

export const arbitraryTemplate: fc.Arbitrary<TemplatePair> = parts.map(pairOf);
