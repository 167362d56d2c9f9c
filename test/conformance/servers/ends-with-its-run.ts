import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, vi } from "vitest";

/** A server that a killed test run has started is gone soon. `start`: the function of a file of this folder that starts it. */
export async function expectEndWithRun(file: string, start: string): Promise<void> {
  const script = `import { ${start} } from "./test/conformance/servers/${file}";
    const { port } = await ${start}();
    console.log(port);`;
  const run = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = (await once(run.stdout, "data")) as [Buffer];
  const answers = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${String(port).trim()}/`).then(
      () => true,
      () => false,
    );
  expect(await answers()).toBe(true);
  run.kill("SIGKILL");
  await vi.waitUntil(async () => !(await answers()), { timeout: 30_000 });
}
