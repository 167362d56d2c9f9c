import { isIP } from "node:net";
import path from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { plainHost } from "../plain-host.ts";
import { systemClock } from "../clock.ts";
import type { TargetServer } from "../target-server/serve-target.ts";
import { CliCommand } from "./cli-command.ts";
import { OutputOption } from "./output-option.ts";
import { parseBytes } from "./parse-bytes.ts";
import { InputOption } from "./read-given-file.ts";
import { printJsonLine } from "./session.ts";
import { onFirstSignal } from "./stoppable.ts";
import { isoTime } from "./times.ts";

interface Listen {
  readonly host: string;
  readonly port: number;
}

interface ServeFlags {
  readonly folder: string;
  readonly trust: string;
  readonly listen: Listen;
  readonly readOnly?: boolean;
  readonly keepDays: number;
  readonly connectionsMax: number;
  readonly objectMax?: number;
  readonly json?: boolean;
}

/** `127.0.0.1:7843`, `[::1]:7843` or `name:7843`. */
function toListen(text: string): Listen {
  const [, host = "", port = ""] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  const plain = plainHost(host);
  const isHost = isIP(plain) === 6 ? plain !== host : /^[A-Za-z0-9.-]+$/.test(plain);
  if (isHost && Number(port) <= 65_535) return { host: plain, port: Number(port) };
  throw new InvalidArgumentError("Write an address and a port: 127.0.0.1:7843, 10.0.0.7:7843 or [::1]:7843.");
}

function toCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 100_000) return count;
  throw new InvalidArgumentError("Write a whole number from 1 to 100000.");
}

function printListening(server: TargetServer, flags: ServeFlags): void {
  const { host, port, stores, hosts } = server;
  const folder = path.resolve(flags.folder);
  const readOnly = flags.readOnly === true;
  if (flags.json === true) {
    return printJsonLine("target serve", { event: "listening", folder, host, port, stores, hosts, readOnly });
  }
  const at = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  const named = hosts.map((name) => (isIP(name) === 6 ? `[${name}]` : name));
  const urls = stores.flatMap((store) => named.map((name) => `  https://${name}:${port}/${store}\n`));
  process.stdout.write(
    `${folder} is served at ${at}${readOnly ? ", for reading only" : ""}\n` +
      (urls.length === 0
        ? `It has no store yet: make a folder in it for each, such as ${path.join(folder, "replicas")}\n`
        : urls.join("")) +
      "Ctrl-C or SIGTERM ends it when what runs is done.\n",
  );
}

async function serve(flags: ServeFlags): Promise<void> {
  const stop = new Promise<void>((resolve) => {
    onFirstSignal(() => resolve());
  });
  // No other command needs it, and all of them would load it.
  const { serveTarget } = await import("../target-server/serve-target.ts");
  const server = await serveTarget({
    folder: path.resolve(flags.folder),
    trustFolder: path.resolve(flags.trust),
    ...flags.listen,
    readOnly: flags.readOnly === true,
    keptDays: flags.keepDays,
    connectionsMax: flags.connectionsMax,
    ...(flags.objectMax === undefined ? {} : { objectBytesMax: flags.objectMax }),
    onNotice: (text) => {
      const time = isoTime(systemClock.now());
      if (flags.json === true) printJsonLine("target serve", { event: "notice", time, text });
      else process.stderr.write(`${time} ${text}\n`);
    },
  });
  printListening(server, flags);
  await stop;
  await server.close();
  if (flags.json === true) printJsonLine("target serve", { event: "ended" });
}

/** `siterecovery target serve --folder <folder>`: offers a folder of stores to other sites. */
export function targetServeCommand(): CliCommand {
  return new CliCommand("serve")
    .description("offer a folder to other sites over HTTPS, with certificates on both sides")
    .addOption(
      new OutputOption("--folder <folder>", "the folder with a folder for each store").makeOptionMandatory(),
    )
    .addOption(
      new InputOption("--trust <folder>", "the folder of certificates that target trust has made", {
        mayBeFolder: true,
      }).makeOptionMandatory(),
    )
    .addOption(
      new Option("--listen <address:port>", "where to listen; other computers reach no loopback address")
        .argParser(toListen)
        .default({ host: "127.0.0.1", port: 7843 }, "127.0.0.1:7843"),
    )
    .option("--read-only", "take no puts and removals")
    .addOption(
      new Option("--keep-days <days>", "how long what is replaced by clients that may not delete is kept")
        .argParser(toCount)
        .default(30),
    )
    .addOption(
      new Option("--connections-max <number>", "connections at once").argParser(toCount).default(256),
    )
    .addOption(
      new Option("--object-max <size>", "the largest object, up to 1GiB (default: 1GiB)").argParser((text) =>
        parseBytes(text, "--object-max"),
      ),
    )
    .json("target serve", { isLines: true })
    .example("target serve --folder /srv/dr/stores --trust /srv/dr/trust", "for clients on this computer")
    .example(
      "target serve --folder /srv/dr/stores --trust /srv/dr/trust --listen 10.0.0.7:7843",
      "for other sites",
    )
    .addHelpText(
      "after",
      "\nOnly clients whose certificates are in clients.txt of the trust folder are let in. No engine runs here: what is kept is" +
        " encrypted by the sites that send it.",
    )
    .action((flags: ServeFlags) => serve(flags));
}
