/** `siterecovery drill`: the evidence that drills leave. */
import path from "node:path";
import { nameOf } from "../arm-id.ts";
import type { DrillReport } from "../drill-report/drill-report.ts";
import { reportPage } from "../drill-report/report-page.ts";
import { fingerprintOfKey } from "../drill-report/seal-report.ts";
import { noPublicKey, publicKeyOf, readReports } from "../drill-report/read-reports.ts";
import { verifyChain, verifyReport } from "../drill-report/verify-report.ts";
import { SiteRecoveryError } from "../errors.ts";
import { readValidJson } from "../yaml/read-valid-json.ts";
import { CliCommand } from "./cli-command.ts";
import { exitCodes } from "./exit-codes.ts";
import { OutputOption } from "./output-option.ts";
import { InputOption, readGivenFile } from "./read-given-file.ts";
import { openSession, printJson } from "./session.ts";
import { writeOutput } from "./write-output.ts";

function reportCommand(): CliCommand {
  return new CliCommand("report")
    .description("write the report of a drill that has ended: signed JSON, and a page for people")
    .argument("[name]", "the drill, or the machine or plan that it tested (default: the newest of all)")
    .addOption(new OutputOption("--output <file>", "the report, as JSON").makeOptionMandatory())
    .addOption(new OutputOption("--html <file>", "the same as one HTML file"))
    .json("drill report")
    .example(
      "drill report web1 --output report.json --html report.html",
      "the evidence of the last drill of web1",
    )
    .addHelpText(
      "after",
      "\nThe engine keeps all reports in drill-reports/ of its home. Copy that folder elsewhere: `siterecovery drill verify --chain` finds a" +
        " report that is missing in the copy.",
    )
    .action(
      async (
        name: string | undefined,
        flags: { output: string; html?: string; json?: boolean },
        command: CliCommand,
      ) => {
        const { reports } = (await openSession(command)).drills;
        await reports.write();
        const { report, file } = reports.newest(name);
        // The same bytes as in the home.
        writeOutput(flags.output, readGivenFile(file).toString("utf8"));
        if (flags.html !== undefined) writeOutput(flags.html, reportPage(report));
        const { drill, result, endTime, sequence, seal } = report;
        const signedBy = fingerprintOfKey(seal.publicKey);
        if (flags.json === true)
          return printJson("drill report", {
            file: flags.output,
            drill: drill.name,
            result,
            endTime,
            sequence,
            signedBy,
          });
        process.stdout.write(
          `${flags.output}: drill ${report.drill.name}, ${report.result}, ended ${report.endTime}, report ${report.sequence} of ` +
            `${nameOf(report.vaultId)}, signed by the key ${fingerprintOfKey(report.seal.publicKey)}\n`,
        );
      },
    );
}

/** Throws `InvalidInput`. */
function readPublicKey(file: string): string {
  const key = publicKeyOf(readGivenFile(file).toString("utf8"));
  if (key !== undefined) return key;
  throw new SiteRecoveryError("InvalidInput", noPublicKey(file), { property: "--public-key" });
}

function verifyCommand(): CliCommand {
  return new CliCommand("verify")
    .description("say whether a report is as it was signed; needs no engine and no network")
    .argument("<file>", "the report, as JSON")
    .addOption(
      new InputOption(
        "--public-key <file>",
        "the key that is known to be the vault's, as `drill key` prints it",
      ),
    )
    .addOption(
      new InputOption(
        "--chain <folder>",
        "a folder with all reports of the vault: finds one that is missing or was replaced",
        {
          mayBeFolder: true,
        },
      ),
    )
    .json("drill verify")
    .example(
      "drill verify report.json --public-key vault.pem --chain evidence/",
      "one report, its signer and all before it",
    )
    .action((file: string, flags: { publicKey?: string; chain?: string; json?: boolean }) => {
      const report = readValidJson<DrillReport>(file, "drill-report");
      const key = flags.publicKey === undefined ? undefined : readPublicKey(flags.publicKey);
      const findings = verifyReport(report, key);
      if (flags.chain !== undefined) {
        const found = readReports(flags.chain);
        const reports = found.flatMap((one) => ("report" in one ? [one.report] : []));
        for (const one of found)
          if ("problem" in one)
            findings.push(`${path.basename(one.file)} is no whole report: ${one.problem}`);
        findings.push(...verifyChain(report, reports));
      }
      const signer = fingerprintOfKey(report.seal.publicKey);
      if (flags.json === true) {
        const isSignerKnown = key !== undefined && key === report.seal.publicKey;
        printJson("drill verify", { file, findings, signedBy: signer, isSignerKnown });
        if (findings.length > 0) process.exitCode = exitCodes.refused;
        return;
      }
      for (const finding of findings) process.stderr.write(`${file}: ${finding}\n`);
      if (findings.length > 0) {
        process.exitCode = exitCodes.refused;
        return;
      }
      process.stdout.write(
        `${file} is as it was signed: drill ${report.drill.name}, ${report.result}, ended ${report.endTime}, by the key ${signer}` +
          `${key === undefined ? ". Whose key that is was not checked: add --public-key" : ""}\n`,
      );
    });
}

function keyCommand(): CliCommand {
  return new CliCommand("key")
    .description("print the public key that reports of this vault are checked with")
    .option("--vault <name>", "which vault (default: the only one)")
    .json("drill key")
    .example("drill key > vault.pem", "the key for whoever checks reports")
    .action(async (flags: { vault?: string; json?: boolean }, command: CliCommand) => {
      const keys = (await openSession(command)).drills.reports.publicKeys();
      const wanted = keys.filter(
        ({ vaultId }) =>
          flags.vault === undefined || nameOf(vaultId).toLowerCase() === flags.vault.toLowerCase(),
      );
      const [only, ...others] = wanted;
      if (only === undefined || others.length > 0) {
        const names = keys.map(({ vaultId }) => nameOf(vaultId)).join(", ") || "none";
        const message = `Name one vault with --vault. There are: ${names}.`;
        throw new SiteRecoveryError("NotFound", message, { property: "--vault" });
      }
      if (flags.json === true) return printJson("drill key", { vaultId: only.vaultId, publicKey: only.pem });
      process.stdout.write(only.pem);
    });
}

export function drillCommand(): CliCommand {
  const root = new CliCommand("drill")
    .group("upkeep")
    .description("the evidence that drills leave: signed reports");
  for (const command of [reportCommand(), verifyCommand(), keyCommand()]) root.addCommand(command);
  return root;
}
