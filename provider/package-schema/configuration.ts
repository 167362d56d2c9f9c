import type { PropertySpec } from "./package-spec.ts";

/** What the provider itself can be told, in the stack's configuration under `siterecovery:` or by the environment. */
export const configuration: Record<string, PropertySpec> = {
  home: {
    type: "string",
    description:
      "The engine's home folder: its database, its keys, and what it keeps of storage accounts and replica machines. " +
      "Relative paths count from the Pulumi project's folder. Default `.siterecovery` there.",
    defaultInfo: { environment: ["SITERECOVERY_HOME"] },
  },
};
