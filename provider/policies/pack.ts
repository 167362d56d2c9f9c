/**
 * The policies as Pulumi's policy packs want them. `policy-pack/` at the top of the package is the folder that
 * `pulumi preview --policy-pack` takes; packs of one's own can take policies from here.
 */
import type * as policy from "@pulumi/policy";
import { type Clock, systemClock } from "../clock.ts";
import { inputsOfText } from "../kept-inputs.ts";
import type { Kind } from "../kinds/kind.ts";
import { frameworkOf, frameworkUrl } from "./controls.ts";
import { readEvidence } from "./drill-evidence.ts";
import { optionProblems } from "./policy-config.ts";
import type { PolicyOptions, ResourcePolicy, StackPolicy } from "./policy.ts";
import { resourcePolicies, stackPolicies } from "./registry.ts";
import { type Plain, type SeenResource, toPlain, valueAt } from "./seen-resource.ts";
import { kindOfPulumiType } from "../kinds/pulumi-type.ts";
import { kinds } from "../kinds/registry.ts";

type Resource = Pick<policy.PolicyResource, "type" | "props" | "urn" | "name">;

/** Live properties that only a resource that has been made has, of one kind or another. */
const liveMarks = ["type", "etag", "properties.provisioningState", "properties.friendlyName"];

/** The arguments that are kept with what has been made. */
function keptIn(props: Plain, kind: Kind): Plain | undefined {
  const kept = valueAt(props, "__inputs");
  return typeof kept === "string" ? inputsOfText(kind, kept) : (kept as Plain | undefined);
}

/** A resource as a policy sees it, or `undefined` for one of others. `inputs`: its arguments, as far as they were seen. */
function see(resource: Resource, inputs: Plain | undefined): SeenResource | undefined {
  const kind = kindOfPulumiType(resource.type);
  if (kind === undefined) return undefined;
  const props = toPlain(resource.props) as Plain;
  const isMade = liveMarks.some((mark) => valueAt(props, mark) !== undefined);
  const wanted = inputs ?? keptIn(props, kinds[kind]) ?? props;
  const named = wanted[kinds[kind].nameArgument];
  // The logical name of a definition's resource is `machine/db1`.
  const name = typeof named === "string" ? named : resource.name.slice(resource.name.lastIndexOf("/") + 1);
  return { kind, urn: resource.urn, name, inputs: wanted, outputs: isMade ? props : {} };
}

function common({
  id,
  description,
  remedy,
  control,
  severity,
  level,
  options,
}: ResourcePolicy | StackPolicy): policy.Policy {
  const hasOptions = Object.keys(options).length > 0;
  return {
    name: id,
    description,
    remediationSteps: remedy,
    severity,
    enforcementLevel: level,
    tags: ["disaster-recovery"],
    framework: frameworkOf(control),
    url: frameworkUrl,
    ...(hasOptions
      ? { configSchema: { properties: options as policy.PolicyConfigSchema["properties"] } }
      : {}),
  };
}

/** Throws when the configuration names an option that the policy does not have. */
function optionsOf(one: ResourcePolicy | StackPolicy, configured: object): PolicyOptions {
  const [problem] = optionProblems(one.id, configured);
  if (problem !== undefined) {
    const error = new Error(problem);
    // Pulumi shows the stack, which says nothing to the user.
    error.stack = problem;
    throw error;
  }
  const defaults = Object.entries(one.options).map(([name, option]) => [name, option.default]);
  return { ...Object.fromEntries(defaults), ...configured } as PolicyOptions;
}

/** The remedy follows each message: Pulumi prints nothing else of a policy. */
function withRemedy(message: string, remedy: string): string {
  return `${message}. ${remedy}`;
}

/**
 * All policies, over arguments that are kept as they come by: of some resources live state does not tell them. `folder`: where
 * relative paths in options begin.
 */
export function siteRecoveryPolicies(
  clock: Pick<Clock, "now"> = systemClock,
  folder: string = process.cwd(),
): policy.Policies {
  const arguments_ = new Map<string, Plain>();
  const recorder: policy.ResourceValidationPolicy = {
    name: "siterecovery-reads-arguments",
    description:
      "Keeps the arguments of resources for the policies that look at a whole stack; finds nothing.",
    enforcementLevel: "advisory",
    validateResource: (args) => {
      if (kindOfPulumiType(args.type) !== undefined) arguments_.set(args.urn, toPlain(args.props) as Plain);
    },
  };
  const single = resourcePolicies.map((one): policy.ResourceValidationPolicy => ({
    ...common(one),
    validateResource: (args, report) => {
      const seen = see(args, toPlain(args.props) as Plain);
      if (!seen || !one.kinds.includes(seen.kind)) return;
      for (const message of one.check(seen, optionsOf(one, args.getConfig<object>())))
        report(withRemedy(message, one.remedy));
    },
  }));
  const whole = stackPolicies.map((one): policy.StackValidationPolicy => ({
    ...common(one),
    validateStack: (args, report) => {
      const seen = args.resources.flatMap((resource) => see(resource, arguments_.get(resource.urn)) ?? []);
      const surroundings = { now: clock.now(), folder, readEvidence };
      const options = optionsOf(one, args.getConfig<object>());
      for (const { urn, message } of one.check(seen, options, surroundings))
        report(withRemedy(message, one.remedy), urn);
    },
  }));
  return [recorder, ...single, ...whole];
}
