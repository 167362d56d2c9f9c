/** Changes to a definition and its machines that may make it wrong: what people take out, add, misname and forget. */
import fc from "fast-check";
import type { MachineDefinition } from "../../provider/model/machine-definition.ts";

type Value = Record<string | number, unknown>;

/** A change at a place that is chosen by numbers, whatever definition it is made to. */
export interface Change {
  readonly what: string;
  readonly apply: (definition: Value) => void;
}

/** All holders of scalars and lists in a definition, each with a key of it. */
function places(value: unknown, found: { holder: Value; key: string | number }[] = []): typeof found {
  if (typeof value !== "object" || value === null) return found;
  const holder = value as Value;
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  for (const key of keys) {
    found.push({ holder, key });
    places(holder[key], found);
  }
  return found;
}

const pick = <One>(list: readonly One[], at: number): One | undefined => list[at % Math.max(1, list.length)];

function remove(holder: Value, key: string | number): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

const removal = fc.nat().map((at): Change => ({
  what: "removal",
  apply: (definition) => {
    const place = pick(places(definition), at);
    if (place) remove(place.holder, place.key);
  },
}));

/** A name where another one of the definition belongs. */
const exchange = fc.tuple(fc.nat(), fc.nat()).map(([at, from]): Change => ({
  what: "exchange",
  apply: (definition) => {
    const texts = places(definition).filter(({ holder, key }) => typeof holder[key] === "string");
    const [place, other] = [pick(texts, at), pick(texts, from)];
    if (place && other) place.holder[place.key] = other.holder[other.key];
  },
}));

/** Settings that a definition may have, by where they go. */
const additions: Readonly<Record<string, readonly (readonly [key: string, value: unknown])[]>> = {
  machines: [
    ["account", "push"],
    ["account", "nobody"],
    ["group", "shop"],
    ["processServer", "ps1"],
    ["masterTarget", "mt1"],
    ["cloud", "cloud"],
    ["recoveryAddresses", ["10.0.1.9"]],
    ["recoveryAddresses", ["10.1.1.9"]],
    ["disks", ["os", "data"]],
    ["disks", []],
    ["dailyChangeGibibytes", 5],
    ["failover", { kind: "planned" }],
    ["activeLocation", "primary"],
  ],
  policies: [
    ["multiVmSyncStatus", "Disable"],
    ["instanceType", "InMageAzureV2"],
    ["replicationInterval", 30],
    ["recoveryPointHistory", 1440],
    ["recoveryPointHistoryDuration", 0],
    ["applicationConsistentSnapshotFrequencyInHours", 12],
    ["officeHours", { days: ["Monday"], start: "08:00", end: "18:00" }],
  ],
  sites: [
    ["processServers", [{ name: "ps1" }]],
    ["masterTargets", [{ name: "mt1", folder: "retention" }]],
    ["physicalServers", "physical"],
    ["runAsAccounts", ["other"]],
    ["networkPaths", []],
    ["networkMappings", []],
    ["networks", [{ name: "production" }]],
    ["storageClassifications", [{ name: "fast", folder: "retention" }]],
  ],
  hosts: [["agent", false]],
  drills: [["recoveryPoint", "latest"]],
};

/** The entries that a setting may be added to. */
function entriesOf(definition: Value, list: string): Value[] {
  if (list !== "hosts") return (definition[list] ?? []) as Value[];
  return ((definition["sites"] ?? []) as Value[]).flatMap((site) => [
    ...((site["hosts"] ?? []) as Value[]),
    ...((site["clouds"] ?? []) as { hosts?: Value[] }[]).flatMap(({ hosts = [] }) => hosts),
  ]);
}

const added = Object.entries(additions).flatMap(([list, settings]) =>
  settings.map(([key, value]) => ({ list, key, value })),
);

const addition = fc.tuple(fc.constantFrom(...added), fc.nat()).map(([{ list, key, value }, at]): Change => ({
  what: `${list}: ${key} ${JSON.stringify(value)}`,
  apply: (definition) => {
    const entry = pick(entriesOf(definition, list), at);
    if (entry) entry[key] = structuredClone(value);
  },
}));

export const arbitraryChanges: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.oneof({ weight: 4, arbitrary: addition }, removal, exchange),
  { maxLength: 2 },
);

/** What a machine.yaml says else than the good one. */
export const arbitraryMachine: fc.Arbitrary<Partial<MachineDefinition>> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  fc.constantFrom<Partial<MachineDefinition>>(
    { mobilityService: { version: "9.62" } },
    { nics: [] },
    { nics: [{ name: "eth0", network: "nowhere" }] },
    { storageClassification: "fast" },
    { firmware: "uefi" },
    { guestOs: { family: "linux", name: "Ubuntu", version: "9.10" } },
    { consistency: { freeze: ["true"], thaw: ["true"] } },
    {
      disks: [
        { id: "os", file: "os.img", role: "os" },
        { id: "data", file: "data.img", role: "data" },
      ],
    },
  ),
);
