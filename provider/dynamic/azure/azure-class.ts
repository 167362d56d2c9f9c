/**
 * The classes of `@pulumi/azure-native`, one file at a time, and only when something is declared for Azure: the package
 * is large, and the embedded engine does not need it.
 */
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";

export interface AzureClass {
  new (name: string, args: object, options?: pulumi.CustomResourceOptions): pulumi.CustomResource;
  get(name: string, id: pulumi.Input<string>, options?: pulumi.CustomResourceOptions): pulumi.CustomResource;
}

const fromHere = createRequire(import.meta.url);
// A project that links to this package has azure-native in its own node_modules.
const fromProject = createRequire(`${process.cwd()}/`);

function load(file: string): Record<string, unknown> {
  const path = `@pulumi/azure-native/${file}.js`;
  for (const require of [fromProject, fromHere]) {
    try {
      return require(path) as Record<string, unknown>;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  throw new pulumi.RunError(
    "The target azure needs the package @pulumi/azure-native, which this project does not have: " +
      "`npm install @pulumi/azure-native`.",
  );
}

/** A resource class of azure-native by its file, such as `recoveryservices/vault`. Throws a `RunError` without the package. */
export function azureClass(file: string, className: string): AzureClass {
  return load(file)[className] as AzureClass;
}

interface ClientConfig {
  readonly subscriptionId: string;
}

/**
 * The subscription that azure-native works in: that of the provider that a resource names, as configured for the stack, or
 * else what it is logged in to.
 */
export function azureSubscription(provider?: pulumi.ProviderResource): pulumi.Output<string> {
  const configured =
    new pulumi.Config("azure-native").get("subscriptionId") ?? process.env["ARM_SUBSCRIPTION_ID"];
  if (!provider && configured !== undefined && configured !== "") return pulumi.output(configured);
  const { getClientConfigOutput } = load("authorization/getClientConfig") as {
    getClientConfigOutput: (options?: pulumi.InvokeOptions) => pulumi.Output<ClientConfig>;
  };
  return getClientConfigOutput(provider ? { provider } : {}).apply(({ subscriptionId }) => subscriptionId);
}
