/**
 * The process of the provider plugin, started by Pulumi with the address of its engine. It prints its port as the
 * one line on stdout; everything else goes to the engine or to stderr. It ends when the engine is gone.
 */
import { systemClock } from "../clock.ts";
import { packageVersion } from "../package-version.ts";
import { connectOnce } from "../pulumi/connect-once.ts";
import { type EngineLink, openEngineLink } from "../pulumi/engine-link.ts";
import { ProviderSession } from "./provider-session.ts";
import { serve } from "./serve.ts";

/** Where lines go without an engine's address: `pulumi` attaches to a plugin that was started by hand. */
const terminal: EngineLink = {
  tell: (_urn, severity, text) => console.error(`${severity}: ${text}`),
  settled: async () => undefined,
};

function linkTo(address: string | undefined): EngineLink {
  if (address === undefined) return terminal;
  const link = openEngineLink(address);
  void link.gone.then(() => {
    process.stderr.write(`pulumi-resource-siterecovery: no Pulumi engine answers at ${address}\n`);
    process.exit(1);
  });
  return link;
}

// Pulumi puts the whole configuration in here, secrets in plain text: nothing that this process starts may have it.
delete process.env["PULUMI_CONFIG"];

const usage = `Usage: pulumi-resource-siterecovery [address of a Pulumi engine]

The provider plugin of siterecovery. Pulumi starts it by itself when a program has resources such as
siterecovery:Vault. Started by hand it prints its port; PULUMI_DEBUG_PROVIDERS=siterecovery:<port> attaches to it.
`;

/** What to print in place of serving, or `undefined` if neither help nor the version is asked for. */
function answerTo(words: readonly string[]): string | undefined {
  if (words.some((word) => word === "--help" || word === "-h")) return usage;
  return words.includes("--version") ? `${packageVersion()}\n` : undefined;
}

const answer = answerTo(process.argv.slice(2));
if (answer !== undefined) {
  process.stdout.write(answer);
  process.exit(0);
}

const address = process.argv.slice(2).findLast((argument) => !argument.startsWith("-"));
const session = new ProviderSession({
  // Loaded when first needed: a schema or a version needs no engine.
  connect: connectOnce(async (kind, home) => (await import("../connect.ts")).connect(kind, home)),
  link: linkTo(address),
  clock: systemClock,
  declared: new Map(),
});
const { port, end } = await serve(session);
// Pulumi's way of saying that the plugin is not needed any more; it waits a second for its end.
process.once("SIGINT", () => {
  session.cancel();
  void end().then(() => process.exit(0));
});
process.stdout.write(`${port}\n`);
