import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import type { Machine } from "../../provider/ports/machines.ts";
import { commandHooks } from "../../provider/machines/machine-hooks.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "hooks "));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const there = (name: string): boolean => fs.existsSync(path.join(folder, name));

function machine(): Machine {
  const consistency = { freeze: ["touch", "frozen"], thaw: ["touch", "thawed"], timeoutSeconds: 60 };
  return { folder, consistency } as unknown as Machine;
}

it("a machine is thawed when the engine dies, though it is installed in a folder with spaces and umlauts", async () => {
  const installed = path.join(folder, "a b ü");
  fs.mkdirSync(installed);
  fs.copyFileSync("provider/clock.ts", path.join(installed, "clock.ts"));
  fs.cpSync("provider/machines", path.join(installed, "machines"), { recursive: true });
  const at = (file: string): string => JSON.stringify(pathToFileURL(path.join(installed, file)).href);
  const code = `
    const { commandHooks } = await import(${at("machines/machine-hooks.ts")});
    const { systemClock } = await import(${at("clock.ts")});
    const hooks = commandHooks(systemClock);
    const machine = ${JSON.stringify(machine())};
    const failure = await hooks.prepare(machine) ?? await hooks.freeze(machine);
    console.log(failure ?? "frozen");
    setInterval(() => undefined, 1000);`;
  const engine = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = await new Promise<string>((resolve) =>
    engine.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString())),
  );
  expect(said.trim()).toBe("frozen");
  expect(there("thawed")).toBe(false);
  engine.kill("SIGKILL");
  await expect.poll(() => there("thawed")).toBe(true);
});

it("a machine without a watchdog is not made ready for a freeze, and the reason is said", async () => {
  const { execPath } = process;
  process.execPath = path.join(folder, "no-such-node");
  try {
    const failure = await commandHooks(systemClock).prepare(machine());
    expect(failure).toMatch(/it was not frozen, because .* did not start: .*ENOENT/);
  } finally {
    process.execPath = execPath;
  }
});

it("a watchdog that fails says why", async () => {
  const { execPath } = process;
  const broken = path.join(folder, "broken-node");
  fs.writeFileSync(broken, "#!/bin/sh\necho no memory left >&2\nexit 3\n", { mode: 0o755 });
  process.execPath = broken;
  try {
    expect(await commandHooks(systemClock).prepare(machine())).toMatch(/did not start: no memory left/);
  } finally {
    process.execPath = execPath;
  }
});

it("a machine is frozen and thawed by its commands, in its folder", async () => {
  const hooks = commandHooks(systemClock);
  expect(await hooks.prepare(machine())).toBeUndefined();
  expect(await hooks.freeze(machine())).toBeUndefined();
  expect(await hooks.thaw(machine())).toBeUndefined();
  expect(there("frozen")).toBe(true);
});
