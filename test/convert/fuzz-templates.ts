/** `npm run fuzz:templates [runs]`: converts 10,000 ARM templates made at random, or as many as are asked for. */
import { spawn } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
const words = ["run", "--project", "unit", "test/convert/template-fuzz.test.ts"];
const environment = { ...process.env, SITERECOVERY_TEMPLATE_RUNS: process.argv[2] ?? "10000" };
const child = spawn(process.execPath, [vitest, ...words], { cwd: root, env: environment, stdio: "inherit" });
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
