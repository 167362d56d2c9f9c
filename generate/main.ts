/** `npm run generate`: writes the files that are made from others. They are kept in the repository. */
import fs from "node:fs";
import path from "node:path";
import { commandsPage, jsonPage } from "./cli-pages.ts";
import { cliSchemas, schemaFileName } from "./cli-schemas.ts";
import { packageVersion } from "../provider/package-version.ts";
import { commandTree } from "../provider/cli/command-tree.ts";
import { program } from "../provider/cli/program.ts";
import { manPage } from "../provider/cli/shell/man-page.ts";
import { withFunctions } from "./expression-functions.ts";
import { formatted } from "./formatted.ts";
import { kindPages } from "./kind-pages.ts";
import { outputSchemas } from "./output-schemas.ts";
import { resourceClassesText } from "./resource-classes.ts";

const root = path.resolve(import.meta.dirname, "..");

/** Replaces a folder's files. */
async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const at = path.join(root, folder);
  fs.rmSync(at, { recursive: true, force: true });
  fs.mkdirSync(at, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(at, name);
    fs.writeFileSync(file, name.endsWith(".1") ? text : await formatted(file, text));
  }
  process.stdout.write(`Wrote ${Object.keys(files).length} files to ${folder}.\n`);
}

const outputs = outputSchemas();
const schemas = Object.entries(outputs).map(([kind, schema]) => [
  `${kind}.schema.json`,
  JSON.stringify(schema),
]);
await write("schema/outputs", Object.fromEntries(schemas) as Record<string, string>);
await write("docs/resources", kindPages());

const classes = path.join(root, "provider/dynamic/resources.ts");
fs.writeFileSync(classes, await formatted(classes, resourceClassesText(outputs)));
process.stdout.write("Wrote provider/dynamic/resources.ts.\n");

const page = path.join(root, "docs/convert.md");
fs.writeFileSync(page, await formatted(page, withFunctions(fs.readFileSync(page, "utf8"))));
process.stdout.write("Wrote the functions in docs/convert.md.\n");

const cli = cliSchemas();
const cliFiles = Object.entries(cli).map(([name, schema]) => [schemaFileName(name), JSON.stringify(schema)]);
await write("schema/cli", Object.fromEntries(cliFiles) as Record<string, string>);
for (const [file, text] of Object.entries({
  "docs/commands.md": commandsPage(),
  "docs/json.md": jsonPage(cli),
})) {
  fs.writeFileSync(path.join(root, file), await formatted(file, text));
  process.stdout.write(`Wrote ${file}.\n`);
}
await write("man", { "siterecovery.1": manPage(commandTree(program()), packageVersion()) });
