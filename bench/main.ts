/**
 * `npm run bench`: measures what docs/benchmarks.md shows. Figures are ratios beside a peer in one run; the
 * absolute times depend on the machine. `npm run bench -- replication --runs 5` runs one part, with its options.
 */
import { benchPulumiUp } from "./pulumi-up.ts";
import { benchReplication } from "./replication.ts";

const parts: Record<string, (options: readonly string[]) => Promise<string>> = {
  "pulumi-up": benchPulumiUp,
  replication: benchReplication,
};

const words = process.argv.slice(2);
const firstOption = words.findIndex((word) => word.startsWith("-"));
const chosen = firstOption < 0 ? words : words.slice(0, firstOption);
const options = firstOption < 0 ? [] : words.slice(firstOption);
const unknown = chosen.filter((name) => !(name in parts));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no bench ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}.\n`,
  );
  process.exit(2);
}
for (const [name, run] of Object.entries(parts)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  process.stdout.write(`\n## ${name}\n\n${await run(options)}\n`);
}
