import fs from "node:fs";
import { Option } from "commander";
import { SiteRecoveryError } from "../errors.ts";
import { CliCommand } from "./cli-command.ts";
import { exitCodes } from "./exit-codes.ts";
import { OutputOption } from "./output-option.ts";
import { githubReport } from "../reports/github.ts";
import { jsonReport } from "../reports/json.ts";
import { junitReport } from "../reports/junit.ts";
import { prettyReport } from "../reports/pretty.ts";
import { type Checked, findingsOf, isFailure, type ReportSettings } from "../reports/report.ts";
import { sarifReport } from "../reports/sarif.ts";
import { policyConfigProblems } from "../policies/policy-config.ts";
import { readGivenFile } from "./read-given-file.ts";
import { declarationsOf } from "../stack/declare.ts";
import { type ReadSettings, readStack } from "../stack/read-stack.ts";
import type { StackDefinition } from "../stack/stack-definition.ts";
import { DefinitionError } from "../yaml/definition-error.ts";
import { packageVersion } from "../package-version.ts";

/** By the name that `--format` has for it. */
const reports: Readonly<Record<string, (checked: readonly Checked[], settings: ReportSettings) => string>> = {
  pretty: prettyReport,
  json: jsonReport,
  sarif: (checked) => sarifReport(checked, packageVersion()),
  junit: junitReport,
  github: githubReport,
};

type Target = NonNullable<StackDefinition["target"]>;

function check(file: string, settings: ReadSettings): Checked {
  try {
    const stack = readStack(file, settings);
    const isWhole = settings.inventory !== "none";
    return { file, resources: declarationsOf(stack).length, isWhole, list: stack.advice };
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return { file, resources: undefined, isWhole: false, list: error.list };
  }
}

function writeReport(file: string | undefined, report: string): void {
  if (file === undefined) {
    process.stdout.write(report);
    return;
  }
  try {
    fs.writeFileSync(file, report);
  } catch (cause) {
    const message = `The report cannot be written to ${file}: ${(cause as Error).message}. Check --output.`;
    throw new SiteRecoveryError("InvalidInput", message, { cause });
  }
}

interface ValidateFlags {
  readonly format: string;
  readonly output?: string;
  readonly strict?: boolean;
  readonly target?: Target;
  readonly inventory?: string;
  readonly json?: boolean;
  readonly policyConfig?: string;
}

/** What is wrong with a configuration of the policy pack, a line each. Throws if the file cannot be read. */
function policyConfigReport(file: string): string[] {
  const text = readGivenFile(file).toString("utf8");
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (cause) {
    const message = `${file} is no JSON: ${(cause as Error).message}. Check --policy-config.`;
    throw new SiteRecoveryError("InvalidInput", message, { cause });
  }
  return policyConfigProblems(config).map((problem) => `error: ${file}: ${problem}\n`);
}

/** `siterecovery validate [files…]`: all that is wrong with stack definitions, without running anything. */
export function validateCommand(): CliCommand {
  return new CliCommand("validate")
    .group("definitions")
    .exits("notYet")
    .example("validate my-stack.yaml", "all that is wrong with it, with line and column")
    .description("check YAML stack definitions: schema, references, machines, disks, limits")
    .argument("[files...]", "stack definitions", ["siterecovery.yaml"])
    .addOption(
      new Option("--format <format>", "how to tell it").choices(Object.keys(reports)).default("pretty"),
    )
    .json("validate")
    .addOption(new OutputOption("--output <file>", "write it to a file instead"))
    .addOption(
      new Option("--target <target>", "where it is to go, instead of what it says itself").choices([
        "engine",
        "azure",
      ]),
    )
    .option(
      "--inventory <which>",
      "the machines: live, none (do not look at them), or the file of an inventory lock (default: inventory.lock.json beside the definition if it is there)",
    )
    .option("--policy-config <file>", "check a configuration of the policy pack as well")
    .option("--strict", "warnings fail as errors do; notes never fail")
    .action((files: string[], flags: ValidateFlags) => {
      const checked = files.map((file) => check(file, flags));
      const color = flags.output === undefined && process.stdout.isTTY === true;
      const strict = flags.strict === true;
      writeReport(
        flags.output,
        reports[flags.json === true ? "json" : flags.format]!(checked, { color, strict }),
      );
      const findings = findingsOf(checked);
      const ofPolicies = flags.policyConfig === undefined ? [] : policyConfigReport(flags.policyConfig);
      process.stderr.write(ofPolicies.join(""));
      const isWrong = ofPolicies.length > 0 || findings.some((finding) => isFailure(finding, strict));
      process.exitCode = findings.some(isOfNoFile)
        ? exitCodes.notYet
        : isWrong
          ? exitCodes.refused
          : exitCodes.done;
    });
}

/** A definition that is not there was not checked. */
function isOfNoFile({ rule }: { readonly rule: string }): boolean {
  return rule === "file-unreadable";
}
