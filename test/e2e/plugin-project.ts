/** A Pulumi project whose resources come from the plugin, through classes as an SDK would have them. */
import path from "node:path";
import { stringify } from "yaml";
import { kindNames } from "../../provider/kinds/kind.ts";
import { kinds } from "../../provider/kinds/registry.ts";
import { PulumiProject } from "./pulumi-project.ts";

const pluginFolder = path.resolve(import.meta.dirname, "../../bin");

/** A class for every kind, and the call of lookups. */
function classesModule(): string {
  const classes = kindNames.map((name) => `export class ${kinds[name].className} extends Declared {}`);
  return `import * as pulumi from "@pulumi/pulumi";
class Declared extends pulumi.CustomResource {
  constructor(name, args, options) {
    super("siterecovery:index:" + new.target.name, name, { name: undefined, properties: undefined, ...args }, options);
  }
}
${classes.join("\n")}
export const lookUp = (name, args) => pulumi.runtime.invoke("siterecovery:index:" + name, args);
`;
}

export async function makePluginProject(program: string): Promise<PulumiProject> {
  const project = await PulumiProject.make(program);
  project.write(
    "Pulumi.yaml",
    stringify({
      name: "dr",
      runtime: { name: "nodejs", options: { typescript: false } },
      main: "program/main.ts",
      plugins: { providers: [{ name: "siterecovery", path: pluginFolder }] },
    }),
  );
  project.write("program/classes.js", classesModule());
  return project;
}
