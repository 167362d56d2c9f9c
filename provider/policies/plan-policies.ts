/** Policies for recovery plans: who is in one, what they are made of, and when they were last tried. */
import { fits } from "./name-patterns.ts";
import { numberOf, type PolicyOptions, type StackPolicy, type Violation } from "./policy.ts";
import { subscriptionlessKey } from "../arm-id.ts";
import { idOf, listAt, type SeenResource, textAt } from "./seen-resource.ts";

const millisecondsPerDay = 86_400_000;

function ofKind(resources: readonly SeenResource[], kind: SeenResource["kind"]): SeenResource[] {
  return resources.filter((resource) => resource.kind === kind);
}

/** Comparable ids of a plan's machines. */
function machineIdsOf(plan: SeenResource): string[] {
  return listAt(plan.inputs, "properties.groups").flatMap((group) =>
    listAt(group, "replicationProtectedItems").flatMap((item) => {
      const id = textAt(item, "id");
      return id === undefined ? [] : [subscriptionlessKey(id)];
    }),
  );
}

export const machinesInPlan: StackPolicy = {
  id: "machine-in-plan",
  description: "Every machine of the first tier is in a recovery plan.",
  remedy:
    "Add the machine to a group of a recovery plan: what is in no plan comes back by hand, or not at all.",
  control: "CP-10",
  severity: "high",
  level: "advisory",
  options: {
    machines: {
      type: "array",
      items: { type: "string" },
      default: ["*"],
      description: "Names of the machines of the first tier; `*` matches any characters.",
    },
  },
  check: (resources, options) => {
    const planned = new Set(ofKind(resources, "recovery-plan").flatMap(machineIdsOf));
    return ofKind(resources, "protected-item").flatMap((machine): Violation[] => {
      const id = idOf(machine);
      if (id === undefined || planned.has(id)) return [];
      if (!fits(machine.name, options["machines"] as readonly string[])) return [];
      return [{ urn: machine.urn, message: `${machine.name} is in no recovery plan` }];
    });
  },
};

/** What shows a machine's flow: how it is replicated, and its fabric. */
function instanceTypeOf(machine: SeenResource): string | undefined {
  // Between VMM sites Azure has no settings for a machine.
  return (
    textAt(machine.inputs, "properties.providerSpecificDetails.instanceType") ??
    (textAt(machine.inputs, "properties.policyId") === undefined ? undefined : "HyperVReplica2012R2")
  );
}

export const plansOfOneFlow: StackPolicy = {
  id: "plan-mixed-sites",
  description: "The machines of a recovery plan replicate in one way, between the same two sides.",
  remedy: "Make a plan for each: a plan has one primary and one recovery side, and one way back.",
  control: "CP-10",
  severity: "critical",
  level: "mandatory",
  options: {},
  check: (resources) => {
    const machines = new Map(ofKind(resources, "protected-item").map((one) => [idOf(one) ?? one.urn, one]));
    return ofKind(resources, "recovery-plan").flatMap((plan): Violation[] => {
      const members = machineIdsOf(plan).flatMap((id) => machines.get(id) ?? []);
      const types = [...new Set(members.flatMap((one) => instanceTypeOf(one) ?? []))];
      const fabrics = [
        ...new Set(members.flatMap((one) => textAt(one.inputs, "fabricName")?.toLowerCase() ?? [])),
      ];
      const mixed = [
        ...(types.length > 1 ? [`ways of replication: ${types.join(", ")}`] : []),
        ...(fabrics.length > 1 ? [`sites: ${fabrics.join(", ")}`] : []),
      ];
      return mixed.map((what) => ({ urn: plan.urn, message: `${plan.name} mixes ${what}` }));
    });
  },
};

/** When a plan was last tried or used, in milliseconds since 1970, by what live state says. */
function lastTriedAt({ outputs }: SeenResource): number | undefined {
  const times = ["lastTestFailoverTime", "lastPlannedFailoverTime", "lastUnplannedFailoverTime"].flatMap(
    (name) => textAt(outputs, `properties.${name}`) ?? [],
  );
  return times.length === 0 ? undefined : Math.max(...times.map((time) => Date.parse(time)));
}

export const plansDrilled: StackPolicy = {
  id: "plan-drilled",
  description: "Every recovery plan was tried within the last `maxDays` days.",
  remedy: "Run `siterecovery plan test-failover <plan> --network <network>`, then `pulumi refresh`.",
  control: "CP-4",
  severity: "high",
  level: "advisory",
  options: {
    maxDays: {
      type: "integer",
      minimum: 1,
      default: 90,
      description: "Days after which a plan has to be tried again.",
    },
  },
  check: (resources, options: PolicyOptions, { now }) => {
    const most = numberOf(options, "maxDays");
    return ofKind(resources, "recovery-plan").flatMap((plan): Violation[] => {
      // A plan that is only about to be made cannot have been tried.
      if (Object.keys(plan.outputs).length === 0) return [];
      const at = lastTriedAt(plan);
      const days = at === undefined ? Infinity : (now - at) / millisecondsPerDay;
      if (days <= most) return [];
      const when = at === undefined ? "was never tried" : `was last tried ${Math.floor(days)} days ago`;
      return [{ urn: plan.urn, message: `${plan.name} ${when}; a drill every ${most} days is wanted` }];
    });
  },
};
