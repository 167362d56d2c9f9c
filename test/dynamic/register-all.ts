/**
 * A process of its own that declares one resource of every kind and prints what Pulumi is told of them, as JSON:
 * `node register-all.ts <file with resourceClasses> [preview]`.
 */
import { pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const registered: Registered[] = [];
await pulumi.runtime.setMocks(
  {
    call: () => ({}),
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, name, inputs: inputs as Record<string, unknown> });
      // In a preview Pulumi's host of dynamic providers plays the arguments back.
      const outputs = process.argv[3] === "preview" ? {} : { name, type, properties: { state: "made" } };
      return { id: `id-of-${name}`, state: { ...inputs, ...outputs } };
    },
  },
  "proj",
  "dev",
  process.argv[3] === "preview",
);

class Site extends pulumi.ComponentResource {}

const { resourceClasses } = (await import(pathToFileURL(process.argv[2]!).href)) as {
  resourceClasses: Record<string, new (name: string, args: object, options: object) => pulumi.CustomResource>;
};
const parent = new Site("x:index:Site", "site");
const outputs: Record<string, unknown> = {};
for (const [kind, make] of Object.entries(resourceClasses)) {
  const resource = new make(
    `${kind}-1`,
    { properties: { asked: true } },
    { parent, customTimeouts: { create: "7m" } },
  );
  const known = async (property: string): Promise<unknown> => {
    const output = (resource as unknown as Record<string, pulumi.Output<unknown>>)[property];
    if (!output) return "no such output";
    const found = await new Promise((resolve) => {
      output.apply(resolve);
      // An output that is not known never calls back: nothing else is under way by then.
      void (output as unknown as { isKnown: Promise<boolean> }).isKnown.then(
        (is) => is || resolve("unknown"),
      );
    });
    return found;
  };
  outputs[kind] = { name: await known("name"), properties: await known("properties") };
}
process.stdout.write(JSON.stringify({ registered, outputs, stackTraceLimit: Error.stackTraceLimit }));
