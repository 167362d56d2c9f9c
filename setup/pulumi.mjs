// `npm run pulumi -- <arguments>`: the Pulumi CLI on this project's local backend. With `--print-environment` it prints the
// settings as shell commands instead, for `eval "$(node setup/pulumi.mjs --print-environment)"`.

import { runsYaml } from "./pulumi-cli/runs-yaml.mjs";
import { ensurePulumi } from "./pulumi-environment.mjs";
import { runOnTerminal } from "./run-command.mjs";
import { runToExit } from "./setup-error.mjs";

await runToExit(async () => {
  const parameters = process.argv.slice(2);
  const { pulumi, env } = await ensurePulumi({ yaml: runsYaml(parameters) });
  if (parameters[0] !== "--print-environment")
    return runOnTerminal(pulumi, parameters, { environment: env, stopsInOrder: true });
  const changed = Object.entries(env).filter(([name, value]) => process.env[name] !== value);
  for (const [name, value] of changed) {
    process.stdout.write(`export ${name}='${value.replaceAll("'", "'\\''")}'\n`);
  }
  return 0;
});
