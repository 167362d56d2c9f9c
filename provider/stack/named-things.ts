/** All that has a name in a definition and becomes a resource of its own, with the kind whose names are of that form. */
import type { KindName } from "../kinds/kind.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import { containersOf, kindOf } from "./site-parts.ts";
import type { StackDefinition } from "./stack-definition.ts";
import type { StackSite } from "./stack-site.ts";

export interface NamedThing {
  /** For people: `storage account`. */
  readonly what: string;
  readonly kind: KindName;
  readonly path: YamlPath;
  readonly name: string;
}

type Named = readonly { readonly name: string }[];

function listed(what: string, kind: KindName, path: YamlPath, list: Named = []): NamedThing[] {
  return list.map(({ name }, index) => ({ what, kind, path: [...path, index, "name"], name }));
}

function namedIn(site: StackSite, index: number): NamedThing[] {
  const at: YamlPath = ["sites", index];
  const server: NamedThing = {
    what: "server",
    kind: "services-provider",
    path: [...at, "server"],
    name: site.server ?? "",
  };
  const ofHosts: KindName = kindOf(site) === "hyperv" ? "services-provider" : "host";
  return [
    ...(site.server === undefined ? [] : [server]),
    ...containersOf(site).flatMap(({ hosts, path }) =>
      listed("host", ofHosts, [...at, ...path, "hosts"], hosts),
    ),
    ...listed("cloud", "protection-container", [...at, "clouds"], site.clouds),
    ...listed("network", "vm-network", [...at, "networks"], site.networks),
    ...listed(
      "storage classification",
      "storage-classification",
      [...at, "storageClassifications"],
      site.storageClassifications,
    ),
    ...listed("vCenter server", "vcenter", [...at, "vcenters"], site.vcenters),
    ...listed("process server", "process-server", [...at, "processServers"], site.processServers),
    ...listed("master target", "master-target", [...at, "masterTargets"], site.masterTargets),
    ...listed("network path", "network-path", [...at, "networkPaths"], site.networkPaths),
  ];
}

/** In the order of the definition. A thing may be in it twice; that is found elsewhere. */
export function namedThings(stack: StackDefinition): NamedThing[] {
  const { azure } = stack;
  return [
    { what: "vault", kind: "vault", path: ["vault", "name"], name: stack.vault.name },
    ...listed("storage account", "storage-account", ["azure", "storageAccounts"], azure.storageAccounts),
    ...listed("network", "virtual-network", ["azure", "networks"], azure.networks),
    ...listed("process server", "process-server", ["azure", "processServers"], azure.processServers),
    ...listed("policy", "policy", ["policies"], stack.policies),
    ...listed("site", "fabric", ["sites"], stack.sites),
    ...stack.sites.flatMap(namedIn),
    ...listed("machine", "protected-item", ["machines"], stack.machines),
    ...listed("migration", "migration-item", ["migrations"], stack.migrations),
    ...listed("cluster", "protection-cluster", ["clusters"], stack.clusters),
    ...listed("plan", "recovery-plan", ["plans"], stack.plans),
    ...listed("drill", "drill", ["drills"], stack.drills),
  ];
}
