import { InvalidArgumentError, Option } from "commander";
import { plainHost } from "../plain-host.ts";
import { systemClock } from "../clock.ts";
import { type LogLevel, openLog } from "../log.ts";
import { isLoopbackName } from "../service/loopback.ts";
import { defaultSettings, readServiceFile, type ServiceSettings } from "../service/settings.ts";
import { CliCommand } from "./cli-command.ts";
import { requireNoneCutShort } from "./cut-short.ts";
import { InputOption } from "./read-given-file.ts";
import { openSession, printJsonLine } from "./session.ts";
import { onFirstSignal, type Signal } from "./stoppable.ts";

type Listen = Pick<ServiceSettings, "host" | "port">;

interface ServeFlags {
  readonly config?: string;
  readonly listen?: Listen;
  readonly json?: boolean;
}

function toListen(text: string): Listen {
  const [, host = "", port = ""] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (isLoopbackName(host) && Number(port) <= 65_535) return { host: plainHost(host), port: Number(port) };
  throw new InvalidArgumentError(
    "Write an address of this computer and a port, such as 127.0.0.1:7080. Other computers come through a proxy that knows who they are.",
  );
}

async function serve(flags: ServeFlags, command: CliCommand): Promise<void> {
  const given = flags.config === undefined ? defaultSettings() : readServiceFile(flags.config);
  const settings = { ...given, ...flags.listen };
  const { logLevel = "info" } = command.optsWithGlobals<{ logLevel?: LogLevel }>();
  const engine = await openSession(command);
  // No other command needs it, and all of them would load it.
  const { startService } = await import("../service/service.ts");
  const log = await openLog(logLevel);
  const service = await startService({ engine, clock: systemClock, log, environment: process.env }, settings);
  let by: Signal = "SIGTERM";
  const forget = onFirstSignal((signal) => {
    by = signal;
    log.info({ signal, withinSeconds: settings.stopWithinSeconds }, "stopping");
    service.stop();
  });
  const { url } = service;
  const channels = settings.channels.map(({ name }) => name);
  if (flags.json === true) printJsonLine("serve", { event: "listening", url, channels });
  else {
    process.stdout.write(
      `Replication and drills run on their schedules. See them at ${url}/\n` +
        `Health and metrics: ${url}/healthz, ${url}/readyz, ${url}/metrics\n` +
        (channels.length === 0
          ? "Nobody is told of alerts: name channels in a file and give it with --config.\n"
          : `Told of alerts: ${channels.join(", ")}\n`) +
        "Ctrl-C or SIGTERM ends it when what runs is done.\n",
    );
  }
  const cutShort = await service.ended.finally(forget);
  if (flags.json === true) printJsonLine("serve", { event: "ended", cutShort });
  requireNoneCutShort(cutShort, by);
}

/** `siterecovery serve`: replicates by itself, and tells people what is wrong. */
export function serveCommand(): CliCommand {
  return new CliCommand("serve")
    .group("daily")
    .exits("interrupted", "terminated")
    .description(
      "run cycles and drills on their schedules, tell people of alerts, and show a page, health and metrics",
    )
    .addOption(new InputOption("--config <file>", "service.yaml: whom to tell of what is wrong, and when"))
    .addOption(
      new Option(
        "--listen <address:port>",
        "where the page, health and metrics are (default: 127.0.0.1:7080)",
      ).argParser(toListen),
    )
    .json("serve", { isLines: true })
    .example("serve", "all machines on their policies' schedules, and drills on theirs")
    .example("serve --config service.yaml", "and mails, webhooks or commands for what is wrong")
    .action((flags: ServeFlags, command: CliCommand) => serve(flags, command));
}
