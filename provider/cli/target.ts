import { CliCommand } from "./cli-command.ts";
import { targetRestoreCommand } from "./target-restore.ts";
import { targetServeCommand } from "./target-serve.ts";
import { targetTrustCommand } from "./target-trust.ts";

/** `siterecovery target`: what keeps replicas of other sites here. */
export function targetCommand(): CliCommand {
  const root = new CliCommand("target")
    .group("upkeep")
    .description("keep replicas of other sites on this computer");
  for (const command of [targetServeCommand(), targetTrustCommand(), targetRestoreCommand()])
    root.addCommand(command);
  return root;
}
