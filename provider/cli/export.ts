import path from "node:path";
import { openAdoption, type SecretFlags } from "./adopt.ts";
import { Option } from "commander";
import { formatOfName, type ImageFormat, imageFormats } from "../images/image-format.ts";
import { SiteRecoveryError } from "../errors.ts";
import { formatBytes } from "../format-bytes.ts";
import { CliCommand } from "./cli-command.ts";
import { OutputOption } from "./output-option.ts";
import { itemNamed, openSession, printJson } from "./session.ts";
import { asOfOption, keyFileOption, passphraseFileOption, withStorePlace } from "./store-place.ts";
import { stoppable } from "./stoppable.ts";

interface ExportFlags extends SecretFlags {
  readonly recoveryPoint: string;
  readonly disk?: string;
  readonly to: string;
  readonly format?: ImageFormat;
  readonly overwrite?: boolean;
  readonly from?: string;
  readonly json?: boolean;
}

/** `siterecovery export <item> --to <file>`: a recovery point's disk as an image, every block verified. */
export function exportCommand(): CliCommand {
  return withStorePlace(new CliCommand("export"))
    .group("emergency")
    .exits("notYet", "interrupted", "terminated")
    .json("export")
    .example("export web1 --to web1.img", "the newest recovery point as a raw image")
    .example("export web1 --to web1.vhd", "as a fixed VHD, which Azure takes")
    .description("write a disk of a recovery point to a sparse image; every block is verified")
    .argument("<item>", "name of a protected item")
    .option("--recovery-point <point>", "latest, latestApplicationConsistent, or a point's id", "latest")
    .option("--disk <id>", "which disk, when the machine has several")
    .addOption(new OutputOption("--to <file>", "the image to write").makeOptionMandatory())
    .addOption(
      new Option("--format <format>", "the image's format (default: by the file's ending, else raw)").choices(
        imageFormats,
      ),
    )
    .option("--overwrite", "replace the file if it is there")
    .option(
      "--from <place>",
      "read the replicas of this folder or URL, without an engine; needs one of the next two",
    )
    .addOption(asOfOption())
    .addOption(keyFileOption())
    .addOption(passphraseFileOption())
    .action(async (name: string, options: ExportFlags, command: CliCommand) => {
      const toPath = path.resolve(options.to);
      const format = options.format ?? formatOfName(toPath);
      const wanted = {
        recoveryPoint: options.recoveryPoint,
        toPath,
        format,
        overwrite: options.overwrite === true,
        ...(options.disk === undefined ? {} : { diskId: options.disk }),
      };
      const { from } = options;
      if (from === undefined && options.asOf !== undefined) {
        const message = "--as-of reads replicas without an engine: add --from <url> and --key-file <file>.";
        throw new SiteRecoveryError("InvalidInput", message, { property: "--as-of" });
      }
      const { bytesWritten, pointId } = await stoppable(name, async (progress) => {
        if (from !== undefined)
          return (await openAdoption(from, options)).export({ machine: name, ...wanted }, progress);
        const engine = await openSession(command);
        return engine.points.export({ itemId: itemNamed(engine, name).id, ...wanted }, progress);
      });
      if (options.json === true) {
        return printJson("export", {
          file: toPath,
          format,
          machine: name,
          recoveryPointId: pointId,
          bytesWritten,
        });
      }
      process.stdout.write(
        `${toPath}: recovery point ${pointId} of ${name}, ${formatBytes(bytesWritten)} written as ${format}, verified\n`,
      );
    });
}
