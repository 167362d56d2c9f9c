/**
 * Where declarations go: to the embedded engine, or to Azure. `siterecovery:target` in the stack's configuration says it
 * for a whole program; a stack definition says it for itself, and the configuration wins, so that one definition
 * serves a stack of each.
 */
import * as pulumi from "@pulumi/pulumi";

export const targets = ["engine", "azure"] as const;
export type Target = (typeof targets)[number];

let ofDefinition: Target | undefined;

/** What the stack's configuration says, if it does. Throws a `RunError` for a word that is no target. */
export function configuredTarget(): Target | undefined {
  const text = new pulumi.Config("siterecovery").get("target");
  if (text === undefined) return undefined;
  const target = targets.find((one) => one === text);
  if (target) return target;
  throw new pulumi.RunError(
    `siterecovery:target is "${text}" in the stack's configuration; it is engine (the embedded one, by default) or ` +
      "azure. `pulumi config set siterecovery:target azure` sets it.",
  );
}

/** The target of what is declared now. Throws a `RunError` for a word that is none. */
export function currentTarget(): Target {
  return configuredTarget() ?? ofDefinition ?? "engine";
}

/** Declares what a definition says, for the target that it names. */
export function forTarget<T>(target: Target | undefined, declare: () => T): T {
  const before = ofDefinition;
  ofDefinition = target;
  try {
    return declare();
  } finally {
    ofDefinition = before;
  }
}
