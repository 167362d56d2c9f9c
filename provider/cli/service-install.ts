import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Engine } from "../engine/engine.ts";
import { packageVersion } from "../package-version.ts";
import { containerFile } from "../service/install/container-file.ts";
import type { InstalledService } from "../service/install/installed-service.ts";
import { systemdUnit } from "../service/install/systemd-unit.ts";
import { defaultSettings, readServiceFile } from "../service/settings.ts";
import { CliCommand } from "./cli-command.ts";
import { InputOption } from "./read-given-file.ts";
import { openSession, printJson } from "./session.ts";

/** This program, for the home of an engine: it runs as who runs this command. */
function installedService(engine: Engine, configFile: string | undefined): InstalledService {
  const { username: name, uid, gid } = os.userInfo();
  const settings = configFile === undefined ? defaultSettings() : readServiceFile(configFile);
  return {
    node: fs.realpathSync(process.execPath),
    program: fs.realpathSync(process.argv[1] ?? ""),
    home: engine.homeFolder,
    ...(configFile === undefined ? {} : { config: path.resolve(configFile) }),
    user: { name, uid, gid },
    writtenFolders: engine.components.writtenFolders(),
    stopWithinSeconds: settings.stopWithinSeconds,
    version: packageVersion(),
  };
}

interface InstallFlags {
  readonly config?: string;
  readonly container?: boolean;
  readonly json?: boolean;
}

function installCommand(): CliCommand {
  return new CliCommand("install")
    .description("print what keeps `siterecovery serve` running here: a unit of systemd, or a Containerfile")
    .addOption(new InputOption("--config <file>", "the service.yaml that it takes"))
    .option("--container", "print a Containerfile, with the command that runs it")
    .json("service install")
    .example("service install --config service.yaml > siterecovery.service", "a unit for /etc/systemd/system")
    .example("service install --container > Containerfile", "the same as a container")
    .action(async (flags: InstallFlags, command: CliCommand) => {
      const service = installedService(await openSession(command), flags.config);
      const texts = { systemd: systemdUnit(service), container: containerFile(service) };
      if (flags.json === true) return printJson("service install", texts);
      process.stdout.write(flags.container === true ? texts.container : texts.systemd);
    });
}

/** `siterecovery service`: what runs `serve` for good. */
export function serviceCommand(): CliCommand {
  return new CliCommand("service")
    .group("upkeep")
    .description("what keeps siterecovery serve running: a unit of systemd, or a container")
    .addCommand(installCommand());
}
