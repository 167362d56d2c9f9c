import fs from "node:fs";
import path from "node:path";
import { nameOf } from "../arm-id.ts";
import { SiteRecoveryError } from "../errors.ts";
import { CliCommand } from "./cli-command.ts";
import { OutputOption } from "./output-option.ts";
import { InputOption } from "./read-given-file.ts";
import { openSession, printJson } from "./session.ts";

/** The passphrase in a file, without the line's end. Throws `NotFound`. */
export function readPassphrase(file: string): string {
  const filePath = path.resolve(file);
  if (!fs.existsSync(filePath)) {
    throw new SiteRecoveryError("NotFound", `There is no file ${filePath}.`, { target: filePath });
  }
  return fs.readFileSync(filePath, "utf8").replace(/\r?\n$/, "");
}

function exportCommand(): CliCommand {
  return new CliCommand("export")
    .description("write the keys of all replicas to one file, to be kept elsewhere")
    .addOption(
      new OutputOption(
        "--to <file>",
        "the file to write, on another machine or medium",
      ).makeOptionMandatory(),
    )
    .option("--overwrite", "replace the file if it is there")
    .json("key export")
    .example("key export --to /media/safe/dr-keys.json", "a copy of all keys on another medium")
    .action(async (flags: { to: string; overwrite?: boolean; json?: boolean }, command: CliCommand) => {
      const engine = await openSession(command);
      const toPath = path.resolve(flags.to);
      const keys = await engine.recoveryHome.exportKeys(toPath, { overwrite: flags.overwrite === true });
      const ids = keys.map(({ holderId }) => holderId);
      const notChecked = keys.flatMap(({ holderId, isChecked }) => (isChecked ? [] : [holderId]));
      if (flags.json === true) return printJson("key export", { file: toPath, stores: ids, notChecked });
      process.stdout.write(
        `${toPath}: the keys of ${ids.map(nameOf).join(", ")}. This file opens your replicas: keep it apart from them ` +
          "and from this machine. If this home is lost, `siterecovery adopt <place of the replicas> --key-file <this file>` " +
          "rebuilds it.\n",
      );
      if (notChecked.length === 0) return;
      process.stderr.write(
        `warning: the key of ${notChecked.map(nameOf).join(", ")} was not checked, since the replicas cannot be opened now. ` +
          "Run this again when they can be.\n",
      );
    });
}

function passphraseCommand(): CliCommand {
  return new CliCommand("passphrase")
    .description("let a recovery passphrase open all replicas, beside their keys")
    .addOption(
      new InputOption(
        "--passphrase-file <file>",
        "a file with the passphrase, 12 characters or more",
      ).makeOptionMandatory(),
    )
    .json("key passphrase")
    .example("key passphrase --passphrase-file passphrase", "a passphrase that opens the replicas as well")
    .action(async (flags: { passphraseFile: string; json?: boolean }, command: CliCommand) => {
      const engine = await openSession(command);
      const ids = await engine.recoveryHome.setPassphrase(readPassphrase(flags.passphraseFile));
      if (flags.json === true) return printJson("key passphrase", { stores: ids });
      process.stdout.write(
        `${ids.map(nameOf).join(", ")}: the passphrase opens the replicas now, beside the key file. An earlier passphrase ` +
          "opens them no more. Stores that are added later need this command again.\n",
      );
    });
}

/** `siterecovery key`: what opens the replicas when the engine's home is lost. */
export function keyCommand(): CliCommand {
  const root = new CliCommand("key")
    .group("upkeep")
    .description("copies of the keys, for the day on which this home is lost");
  for (const command of [exportCommand(), passphraseCommand()]) root.addCommand(command);
  return root;
}
