import fs from "node:fs";
import path from "node:path";
import { InvalidArgumentError, Option } from "commander";
import type { AttachOptions } from "../engine/attach/attach-item.ts";
import type { Attachment } from "../engine/attach/attachment.ts";
import type { Engine } from "../engine/engine.ts";
import { formatBytes } from "../format-bytes.ts";
import { CliCommand } from "./cli-command.ts";
import { exitCodes } from "./exit-codes.ts";
import { formatTable, formatTime } from "./format.ts";
import { OutputOption } from "./output-option.ts";
import { itemNamed, openSession, printJsonLine } from "./session.ts";
import { terminalProgress } from "./terminal-progress.ts";
import { isoTime } from "./times.ts";

interface AttachFlags {
  readonly recoveryPoint: string;
  readonly to: string;
  readonly disk?: string;
  readonly fill?: boolean;
  readonly discard?: boolean;
  readonly socket?: string;
  readonly port?: number;
  readonly json?: boolean;
}

function toPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError("A port is a number from 1 to 65535, or 0 for a free one.");
}

function toOptions(itemId: string, name: string, flags: AttachFlags): AttachOptions {
  const to = path.resolve(flags.to);
  const isFolder = flags.to.endsWith("/") || (fs.existsSync(to) && fs.statSync(to).isDirectory());
  return {
    itemId,
    recoveryPoint: flags.recoveryPoint,
    to: isFolder ? { folder: to } : { file: to },
    ...(flags.disk === undefined ? {} : { diskId: flags.disk }),
    ...(flags.socket === undefined ? {} : { address: { socketPath: path.resolve(flags.socket) } }),
    ...(flags.port === undefined ? {} : { address: { port: flags.port } }),
    onError: (error) => process.stderr.write(`${name}: error: ${error.message}\n`),
  };
}

function printAttached(name: string, { point, disks }: Attachment, flags: AttachFlags): void {
  if (flags.json === true) {
    const time = isoTime(point.takenAt);
    const shown = disks.map(({ diskId, sizeBytes, overlayPath, uri }) => ({
      diskId,
      sizeBytes,
      overlayPath,
      uri,
    }));
    return printJsonLine("attach", {
      event: "attached",
      machine: name,
      recoveryPoint: { id: point.id, time },
      disks: shown,
    });
  }
  const rows = disks.map((disk) => [disk.diskId, formatBytes(disk.sizeBytes), disk.overlayPath, disk.uri]);
  process.stdout.write(
    `${name}: recovery point ${point.id} (${formatTime(point.takenAt)}) can be read and written\n` +
      `${formatTable(["DISK", "SIZE", "WRITES GO TO", "SERVED AT (NBD)"], rows)}\n` +
      `For example: qemu-img info '${disks[0]!.uri}'\nCtrl-C ends it.\n`,
  );
}

function printEnded(attachment: Attachment, whole: readonly string[], flags: AttachFlags): void {
  const paths = attachment.disks.map((disk) => disk.overlayPath);
  const kept = flags.discard === true ? [] : paths.filter((overlay) => !whole.includes(overlay));
  if (flags.json === true) {
    return printJsonLine("attach", {
      event: "ended",
      images: whole,
      overlays: kept,
      discarded: flags.discard === true,
    });
  }
  for (const image of whole)
    process.stdout.write(`${image} is a whole raw image and needs no recovery point\n`);
  for (const overlay of kept) {
    process.stdout.write(
      `${overlay} holds what was written (with ${path.basename(overlay)}.filled); the same command continues with it, ` +
        `with --recovery-point ${attachment.point.id}\n`,
    );
  }
  if (flags.discard === true) process.stdout.write("What was written is discarded\n");
}

/** Resolves at the first Ctrl-C; a second one ends the process at once, as after a kill. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

async function serve(
  engine: Engine,
  name: string,
  options: AttachOptions,
  flags: AttachFlags,
): Promise<void> {
  const stop = interrupted();
  const attachment = await engine.points.attach(options);
  printAttached(name, attachment, flags);
  const progress = terminalProgress(name);
  let filled: Promise<void> = Promise.resolve();
  if (flags.fill === true) {
    filled = attachment.fill(progress).then(
      (isWhole) => {
        progress.end();
        if (isWhole && flags.json === true)
          printJsonLine("attach", {
            event: "filled",
            images: attachment.disks.map((disk) => disk.overlayPath),
          });
        else if (isWhole)
          process.stdout.write("Filled in: the recovery point is needed no more after the end.\n");
      },
      (error: Error) => {
        progress.end();
        process.exitCode = exitCodes.refused;
        options.onError(error);
      },
    );
  }
  await stop;
  const whole = await attachment.close({ discard: flags.discard === true });
  await filled;
  printEnded(attachment, whole, flags);
}

/** `siterecovery attach <item> --to <file>`: a recovery point as a disk for other programs, at once. */
export function attachCommand(): CliCommand {
  return new CliCommand("attach")
    .group("upkeep")
    .example(
      "attach web1 --to /tmp/web1.img --fill",
      "the newest point as a disk, and as an image in the end",
    )
    .example("attach web1 --to /tmp/web1.img --recovery-point latestApplicationConsistent", "an older point")
    .description("open a recovery point at once as a disk that other programs read and write, over NBD")
    .argument("<item>", "name of a protected item")
    .option("--recovery-point <point>", "latest, latestApplicationConsistent, or a point's id", "latest")
    .addOption(
      new OutputOption(
        "--to <path>",
        "where what is written goes: a file, or a folder for all disks",
      ).makeOptionMandatory(),
    )
    .option("--disk <id>", "which disk, when the machine has several")
    .option("--fill", "copy the rest behind the scenes, until the file is a whole raw image")
    .option("--discard", "remove at the end what was written")
    .addOption(new OutputOption("--socket <path>", "the local socket to serve at (default: beside --to)"))
    .addOption(
      new Option("--port <number>", "serve at a port of this computer instead; any program on it can connect")
        .argParser(toPort)
        .conflicts("socket"),
    )
    .json("attach", { isLines: true })
    .addHelpText(
      "after",
      "\nThe replica is not touched. Runs until Ctrl-C; the overlay is kept, and the same command continues with it." +
        "\nAnother format: qemu-img convert -O qcow2 'nbd+unix:///os?socket=/tmp/web1.img.sock' web1.qcow2",
    )
    .action(async (name: string, flags: AttachFlags, command: CliCommand) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      await serve(engine, name, toOptions(id, name, flags), flags);
    });
}
