/** A project whose programs may use azure-native: the echo plugin stands in for Azure. */
import fs from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { PulumiProject } from "./pulumi-project.ts";

const echo = path.resolve(import.meta.dirname, "echo-plugin.ts");

export async function azureNativeProject(program?: string): Promise<PulumiProject> {
  const project = await PulumiProject.make(program);
  const plugin = "plugin/pulumi-resource-azure-native";
  project.write(plugin, `#!/bin/sh\nexec "${process.execPath}" "${echo}"\n`);
  fs.chmodSync(project.path(plugin), 0o755);
  project.write(
    "Pulumi.yaml",
    stringify({
      name: "dr",
      runtime: { name: "nodejs", options: { typescript: false } },
      main: "program/main.ts",
      plugins: { providers: [{ name: "azure-native", path: project.path("plugin") }] },
    }),
  );
  return project;
}
