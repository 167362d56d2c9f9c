/** The folder that relative paths count from: the Pulumi project's, found from the working folder upwards. */
import fs from "node:fs";
import path from "node:path";

/** The nearest folder with a Pulumi.yaml, this one or one above; the working folder where there is none. */
export function projectFolder(): string {
  const start = process.cwd();
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, "Pulumi.yaml"))) return folder;
    if (folder === path.dirname(folder)) return start;
  }
}
