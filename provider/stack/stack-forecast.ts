/** What a forecast needs of a stack definition: who sends what, by which policy, and what plans do. */
import path from "node:path";
import { localFileSystem } from "../blocks/file-system.ts";
import type { ForecastPlan, ForecastServer } from "../engine/forecast/forecast-input.ts";
import { policyWithDefaults } from "../handlers/policy-settings.ts";
import type { PolicySettings } from "../kinds/policy.ts";
import { machineFolders } from "../machines/machine-folders.ts";
import type { Machine } from "../ports/machines.ts";
import { policyInputs } from "./declare-azure.ts";
import { containerOf, siteOf } from "./site-of.ts";
import { inventoriesOf, kindOf } from "./site-parts.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";
import type { StackFile } from "./stack-file.ts";
import { StackIds } from "./stack-ids.ts";
import { longForm, type StackPlan, type StackSteps } from "./stack-plan.ts";
import type { StackSite } from "./stack-site.ts";

export interface MachineToForecast {
  readonly name: string;
  readonly server: string;
  readonly policy: PolicySettings;
  /** Images of the disks that are replicated. */
  readonly images: readonly string[];
  /** What the definition expects it to change, bytes a day. */
  readonly expectedChurn: number | undefined;
}

export interface StackForecast {
  readonly machines: readonly MachineToForecast[];
  readonly servers: readonly ForecastServer[];
  readonly plans: readonly ForecastPlan[];
}

const drivers = machineFolders(localFileSystem);
const gibibyte = 1024 ** 3;

/** The machine of a definition that was read, or `undefined` for one that has gone to the recovery side. */
function findMachine(stack: StackFile, site: StackSite, { name }: StackMachine): Machine | undefined {
  const folders = inventoriesOf(site).map(({ folder }) => path.resolve(path.dirname(stack.file), folder));
  const found = folders.flatMap((folder) => drivers.folderOf(folder, name) ?? []);
  return found[0] === undefined ? undefined : drivers.read(found[0]);
}

/** Process servers of a site, as the engine has them: the one of a VMware fabric is on its configuration server. */
function serversOf(site: StackSite): ForecastServer[] {
  const declared = (site.processServers ?? []).map(({ name, bandwidth }) => ({ name, bandwidth }));
  const builtIn = kindOf(site) === "vmware" ? [{ name: site.server! }] : [];
  const servers = [...builtIn, ...declared];
  const label = (name: string): string => `${site.name}/${name}`;
  return servers.length === 0
    ? [{ name: label("default") }]
    : servers.map(({ name, ...rest }) => ({ name: label(name), ...rest }));
}

function policyOf(definition: StackDefinition, machine: StackMachine): PolicySettings {
  const name = containerOf(definition, machine)?.policy;
  const policy = definition.policies.find((one) => one.name === name)!;
  const { properties } = policyInputs(new StackIds(definition), policy);
  return policyWithDefaults(properties?.providerSpecificInput);
}

function stepsOf(...steps: readonly (StackSteps | undefined)[]): { scripts: number; manualSteps: number } {
  const all = steps.flatMap((one) => [...(one?.before ?? []), ...(one?.after ?? [])]);
  const manualSteps = all.filter(({ manual }) => manual !== undefined).length;
  return { scripts: all.length - manualSteps, manualSteps };
}

/** The steps around a whole move count as a group without machines. */
function planOf(plan: StackPlan): ForecastPlan {
  const around = stepsOf(plan.shutdown, plan.move);
  const groups = plan.groups.map(longForm).map((group) => ({ machines: group.machines, ...stepsOf(group) }));
  const isAround = around.scripts + around.manualSteps > 0;
  return { name: plan.name, groups: isAround ? [{ machines: [], ...around }, ...groups] : groups };
}

export function stackForecast(stack: StackFile): StackForecast {
  const { definition } = stack;
  const servers = definition.sites.flatMap((site) => serversOf(site));
  const load = new Map(servers.map(({ name }) => [name, 0]));
  const machines = (definition.machines ?? []).flatMap((machine): MachineToForecast[] => {
    const site = siteOf(definition, machine.site)!;
    const found = findMachine(stack, site, machine);
    if (!found) return [];
    const names = serversOf(site).map(({ name }) => name);
    // As the engine does it: the one that has the fewest bytes to protect, unless one is named (C-3).
    const least = names.reduce((one, other) => (load.get(other)! < load.get(one)! ? other : one));
    const server = machine.processServer === undefined ? least : `${site.name}/${machine.processServer}`;
    const disks = found.disks.filter(({ id }) => machine.disks?.includes(id) ?? true);
    load.set(server, load.get(server)! + disks.reduce((sum, disk) => sum + disk.sizeBytes, 0));
    const images = disks.map((disk) => disk.path);
    const { name, dailyChangeGibibytes: change } = machine;
    const expectedChurn = change === undefined ? undefined : change * gibibyte;
    return [{ name, server, policy: policyOf(definition, machine), images, expectedChurn }];
  });
  return { machines, servers, plans: (definition.plans ?? []).map(planOf) };
}
