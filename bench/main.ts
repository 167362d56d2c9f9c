/**
 * `npm run bench`: measures what docs/benchmarks.md shows. Figures are ratios beside a peer in one run; the
 * absolute times depend on the machine. `npm run bench -- pulumi-up` runs one part.
 */
import { parseArgs } from "node:util";
import { benchPulumiUp } from "./pulumi-up.ts";
import { benchReplication } from "./replication.ts";
import { benchStorage } from "./storage.ts";
import { benchValidate } from "./validate.ts";

const { values, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string", default: "5" },
    size: { type: "string", default: "2048" },
    json: { type: "boolean", default: false },
  },
});
const replication = { runs: Number(values.runs), sizeMebibytes: Number(values.size), json: values.json };
const parts: Record<string, () => string | Promise<string>> = {
  "pulumi-up": benchPulumiUp,
  replication: () => benchReplication(replication),
  storage: () => benchStorage(replication),
  validate: () => benchValidate(replication.runs),
};

const unknown = chosen.filter((name) => !(name in parts));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no bench ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}.\n`,
  );
  process.exit(2);
}
if (![replication.runs, replication.sizeMebibytes].every((count) => Number.isInteger(count) && count > 0)) {
  process.stderr.write("--runs and --size (MiB) want whole numbers above 0.\n");
  process.exit(2);
}
for (const [name, run] of Object.entries(parts)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const heading = values.json ? "" : `\n## ${name}\n\n`;
  process.stdout.write(`${heading}${await run()}\n`);
}
