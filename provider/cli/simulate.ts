import { systemClock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import { forecast, type Forecast } from "../engine/forecast/forecast.ts";
import type { ForecastInput, ForecastMachine } from "../engine/forecast/forecast-input.ts";
import { measureDisk } from "../engine/forecast/measure-disk.ts";
import { SiteRecoveryError } from "../errors.ts";
import { readStack } from "../stack/read-stack.ts";
import { type MachineToForecast, stackForecast } from "../stack/stack-forecast.ts";
import { givenChurn, measuredChurn } from "./churn-option.ts";
import { numberOf, settingsOf, type SimulateFlags, simulateOptions } from "./forecast-options.ts";
import { forecastPage } from "./forecast-page.ts";
import { forecastText } from "./forecast-text.ts";
import { CliCommand } from "./cli-command.ts";
import { exitCodes } from "./exit-codes.ts";
import { forecastJson } from "./forecast-json.ts";
import { openSession, printJson } from "./session.ts";
import { writeOutput } from "./write-output.ts";

type ChurnOf = (machine: MachineToForecast, compressedRatio: number) => Promise<number>;

/**
 * What the command line says of a machine goes before what the engine has measured, and that before what the
 * definition expects. Throws `InvalidInput` for a machine of which nothing is said.
 */
function churnSource(flags: SimulateFlags, names: readonly string[], engine: Engine | undefined): ChurnOf {
  const given = givenChurn(flags.churn, names);
  return async ({ name, expectedChurn }, compressedRatio) => {
    const said = given.get(name.toLowerCase());
    if (said !== undefined) return said;
    if (engine) {
      const measured = await measuredChurn(engine, name, expectedChurn !== undefined);
      // What is stored has been compressed.
      if (measured !== undefined) return measured / Math.max(compressedRatio, 0.01);
    }
    const assumed = given.get("") ?? expectedChurn;
    if (assumed !== undefined) return assumed;
    const message = `How much does ${name} change in a day? Say it with --churn ${name}=20GiB, or for all with --churn 20GiB, or with dailyChangeGibibytes in the definition; --measured asks the engine.`;
    throw new SiteRecoveryError("InvalidInput", message, { property: "--churn" });
  };
}

async function measure(machine: MachineToForecast, churnOf: ChurnOf): Promise<ForecastMachine> {
  const { name, server, policy, images } = machine;
  const disks = images.map((image) => measureDisk(image));
  const sizeBytes = disks.reduce((sum, disk) => sum + disk.sizeBytes, 0);
  const dataBytes = disks.reduce((sum, disk) => sum + disk.dataBytes, 0);
  const compressed = disks.reduce((sum, disk) => sum + disk.compressedBytes, 0);
  const compressedRatio = dataBytes === 0 ? 1 : compressed / dataBytes;
  const churnBytesPerDay = await churnOf(machine, compressedRatio);
  return { name, server, policy, sizeBytes, dataBytes, compressedRatio, churnBytesPerDay };
}

/** What is longer than `--max-rpo` and `--max-rto` allow. */
function excesses(result: Forecast, flags: SimulateFlags): string[] {
  const limit = (option: string, minutes: string | undefined): number =>
    minutes === undefined ? Infinity : numberOf(option, minutes, 0, Infinity) * 60;
  const [maxRpo, maxRto] = [limit("--max-rpo", flags.maxRpo), limit("--max-rto", flags.maxRto)];
  const machines = result.machines.filter(
    ({ rpo }) => flags.maxRpo !== undefined && (rpo?.maxSeconds ?? Infinity) > maxRpo,
  );
  return [
    ...machines.map(({ name, rpo }) =>
      rpo
        ? `${name}: the RPO gets longer than ${flags.maxRpo} min`
        : `${name} is not protected within this time`,
    ),
    ...result.plans
      .filter(({ rtoSeconds }) => rtoSeconds > maxRto)
      .map(({ name }) => `${name}: the plan takes longer than ${flags.maxRto} min`),
  ];
}

async function simulate(file: string, flags: SimulateFlags, command: CliCommand): Promise<void> {
  const settings = settingsOf(flags, systemClock.now());
  const stack = stackForecast(readStack(file, { inventory: "live" }));
  const names = stack.machines.map(({ name }) => name);
  const engine = flags.measured === true ? await openSession(command) : undefined;
  const churnOf = churnSource(flags, names, engine);
  const line = flags.bandwidth === undefined ? undefined : numberOf("--bandwidth", flags.bandwidth, 1, 1e9);
  const machines: ForecastMachine[] = [];
  for (const machine of stack.machines) machines.push(await measure(machine, churnOf));
  const input: ForecastInput = {
    machines,
    servers: stack.servers.map((server) => ({
      ...server,
      bandwidth: server.bandwidth ?? (line === undefined ? undefined : { limitKilobitsPerSecond: line }),
    })),
    plans: stack.plans,
    settings,
  };
  const result = forecast(input);
  if (flags.html !== undefined) writeOutput(flags.html, forecastPage(file, result));
  const tooLong = excesses(result, flags);
  if (flags.json === true) printJson("simulate", forecastJson(result, tooLong));
  else process.stdout.write(forecastText(result));
  if (flags.html !== undefined) process.stderr.write(`The page with charts is ${flags.html}.\n`);
  for (const excess of tooLong) {
    process.stderr.write(`${excess}\n`);
    process.exitCode = exitCodes.refused;
  }
}

/** `siterecovery simulate <definition>`: what a definition would come to, without running it. */
export function simulateCommand(): CliCommand {
  const command = new CliCommand("simulate")
    .group("definitions")
    .exits("notYet")
    .json("simulate")
    .example("simulate my-stack.yaml --churn 20GiB --html forecast.html", "RPO, storage and RTO, with charts")
    .description("forecast a definition: initial copies, RPO, storage, process servers, RTO of plans")
    .argument("<definition>", "a stack definition");
  for (const option of simulateOptions) command.addOption(option);
  return command.action((file: string, flags: SimulateFlags, self: CliCommand) =>
    simulate(file, flags, self),
  );
}
