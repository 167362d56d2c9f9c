/**
 * `npm run bench`: measures what docs/benchmarks.md shows. Figures are ratios beside a peer in one run; the
 * absolute times depend on the machine. `npm run bench -- pulumi-up` runs one part.
 */
import { benchPulumiUp } from "./pulumi-up.ts";

const parts: Record<string, () => Promise<string>> = { "pulumi-up": benchPulumiUp };

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in parts));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no bench ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}.\n`,
  );
  process.exit(2);
}
for (const [name, run] of Object.entries(parts)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  process.stdout.write(`\n## ${name}\n\n${await run()}\n`);
}
