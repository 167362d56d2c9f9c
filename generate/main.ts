/** `npm run generate`: writes the files that are made from others. They are kept in the repository. */
import fs from "node:fs";
import path from "node:path";
import prettier from "prettier";
import { kindNames } from "../provider/kinds/kind.ts";
import { outputSchemas } from "./output-schemas.ts";

const folder = path.resolve(import.meta.dirname, "../schema/outputs");
const schemas = outputSchemas();
fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder, { recursive: true });
for (const kind of kindNames) {
  const file = path.join(folder, `${kind}.schema.json`);
  const settings = await prettier.resolveConfig(file);
  fs.writeFileSync(
    file,
    await prettier.format(JSON.stringify(schemas[kind]), { ...settings, filepath: file }),
  );
}
process.stdout.write(`Wrote the outputs of ${kindNames.length} kinds to schema/outputs.\n`);
