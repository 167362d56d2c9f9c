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
import { readCommandLine } from "./command-line.ts";

/** Where lines go without an engine's address: `pulumi` attaches to a plugin that was started by hand. */
const terminal: EngineLink = {
  tell: (_urn, severity, text) => console.error(`${severity}: ${text}`),
  settled: async () => undefined,
};

/** How long an engine may take to answer, in milliseconds: one that has started this process does so at once. */
const answerMs = 10_000;

/** Ends the process with one line on stderr. */
function fail(reason: string): never {
  process.stderr.write(`pulumi-resource-siterecovery: ${reason}\n`);
  process.exit(1);
}

/** The line to the engine at an address, once it answers. From then on the process ends when the engine is gone. */
async function linkTo(address: string | undefined): Promise<EngineLink> {
  if (address === undefined) return terminal;
  const unanswered = `no Pulumi engine answers at ${address}`;
  try {
    const link = openEngineLink(address);
    void link.gone.then(() => fail(unanswered));
    if (await link.answers(systemClock.now() + answerMs)) return link;
  } catch {
    // gRPC refuses some texts as addresses at once.
    fail(unanswered);
  }
  fail(`${unanswered} within ${answerMs / 1000} seconds`);
}

// Pulumi puts the whole configuration in here, secrets in plain text: nothing that this process starts may have it.
delete process.env["PULUMI_CONFIG"];

const usage = `Usage: pulumi-resource-siterecovery [address of a Pulumi engine]

The provider plugin of siterecovery. Pulumi starts it by itself when a program has resources such as
siterecovery:Vault. Started by hand it prints its port; PULUMI_DEBUG_PROVIDERS=siterecovery:<port> attaches to it.
`;

const asked = readCommandLine(process.argv.slice(2));
if (asked.asks === "refusal") fail(`${asked.reason}; see --help`);
if (asked.asks !== "service") {
  process.stdout.write(asked.asks === "help" ? usage : `${packageVersion()}\n`);
  process.exit(0);
}

// Before the port is printed: its reader may use it at once.
const link = await linkTo(asked.address);
const session = new ProviderSession({
  // Loaded when first needed: a schema or a version needs no engine.
  connect: connectOnce(async (kind, home) => (await import("../connect.ts")).connect(kind, home)),
  link,
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
