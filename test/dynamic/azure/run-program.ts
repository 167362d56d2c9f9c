/**
 * A process of its own that runs a program under Pulumi's mocks and prints what Pulumi is told, as JSON:
 * `node run-program.ts <program> <configuration as JSON>`. A program exports `declare`.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";

export interface Told {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** The id, of what is read. */
  readonly read?: string;
}

export interface Outcome {
  readonly told: readonly Told[];
  /** By logical name, of those that the program returns. */
  readonly urns: Record<string, string>;
  readonly error?: string;
  readonly isRunError?: boolean;
  /** Whether any file of azure-native was loaded. */
  readonly isAzureLoaded: boolean;
  /** What a program looked at by itself. */
  readonly seen?: Readonly<Record<string, unknown>>;
}

const subscription = "11111111-2222-3333-4444-555555555555";
const otherSubscription = "77777777-2222-3333-4444-555555555555";
/** What Azure says of things that are there. */
const outputsOf: Record<string, object> = {
  item: { properties: { activeLocation: "Recovery" } },
  cluster: { properties: { activeLocation: "Primary" } },
  migration: { properties: { migrationState: "MigrationSucceeded" } },
};
const group = `/subscriptions/${subscription}/resourceGroups/dr`;
const told: Told[] = [];
pulumi.runtime.setAllConfig(JSON.parse(process.argv[3] ?? "{}") as Record<string, string>);
await pulumi.runtime.setMocks(
  {
    call: ({ token, provider }) => {
      if (token !== "azure-native:authorization:getClientConfig") return {};
      return { subscriptionId: provider?.includes("::other::") ? otherSubscription : subscription };
    },
    newResource: ({ type, name, inputs, id }) => {
      const given = inputs as Record<string, unknown>;
      told.push({ type, name, inputs: given, ...(id === undefined || id === "" ? {} : { read: id }) });
      const own = Object.entries(given).find(([key]) => /^(vault|policy|fabric)Name$/.test(key))?.[1];
      return {
        id: id || `${group}/made/${type}/${name}`,
        state: { ...given, ...outputsOf[name], name: own ?? name },
      };
    },
  },
  "proj",
  "dev",
);

async function run(): Promise<Outcome> {
  const urns: Record<string, string> = {};
  const loaded = (): boolean =>
    Object.keys(createRequire(import.meta.url).cache).some((file) => /@pulumi.azure-native/.test(file));
  try {
    const program = (await import(pathToFileURL(process.argv[2]!).href)) as {
      declare?: () => Record<string, pulumi.Resource>;
      look?: () => Promise<void>;
      seen?: Record<string, unknown>;
    };
    await program.look?.();
    const made = program.declare?.() ?? {};
    // All that is asked of Pulumi is asked by the time that every resource has its URN.
    for (const [name, resource] of Object.entries(made))
      urns[name] = await new Promise((resolve) => void resource.urn.apply(resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { told, urns, isAzureLoaded: loaded(), ...(program.seen ? { seen: program.seen } : {}) };
  } catch (error) {
    const { message } = error as Error;
    const isRunError = pulumi.RunError.isInstance(error);
    return { told, urns, error: message, isRunError, isAzureLoaded: loaded() };
  }
}

process.on("unhandledRejection", (error) => {
  process.stdout.write(
    JSON.stringify({ told, urns: {}, error: (error as Error).message, isAzureLoaded: true }),
  );
  process.exit(0);
});
process.stdout.write(JSON.stringify(await run()));
process.exit(0);
