/** A process that is stopped in the middle of a transaction keeps the lock of the store until it goes on or is ended. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { openStore } from "../../provider/store/open-store.ts";

const script = `
  import { DatabaseSync } from "node:sqlite";
  const database = new DatabaseSync(process.argv[1]);
  database.exec("BEGIN IMMEDIATE; INSERT INTO engine (id) VALUES ('half done')");
  process.kill(process.pid, "SIGSTOP");
`;

it.skipIf(process.platform !== "linux")(
  "others wait for a bounded time, name the process and what ends it, and find nothing half done",
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-stopped-"));
    onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, "engine.db");
    const store = openStore(file, 20);
    store.transaction(() => undefined);
    const child = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", script, file]);
    onTestFinished(() => void child.kill("SIGKILL"));
    const stat = (): string => fs.readFileSync(`/proc/${child.pid}/stat`, "latin1").split(") ")[1] ?? "";
    while (!stat().startsWith("T")) {
      if (child.exitCode !== null) throw new Error("it ended before it was stopped");
      await setTimeout(10);
    }
    const said = {
      code: "Busy",
      message: expect.stringMatching(
        new RegExp(
          `^Process ${child.pid} \\(.*\\) has been writing.*stopped.*kill -CONT ${child.pid}.*kill -9`,
        ),
      ) as string,
    };
    expect(() => store.transaction(() => undefined)).toThrow(expect.objectContaining(said));
    expect(() => store.passing(() => undefined)).toThrow(expect.objectContaining(said));
    expect(() => openStore(file, 20)).toThrow(expect.objectContaining(said));
    const count = (): unknown =>
      store.database.prepare("SELECT count(*) AS n FROM engine WHERE id = 'half done'").get();
    expect(count()).toEqual({ n: 0 });
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
    store.transaction(() => undefined);
    expect(count()).toEqual({ n: 0 });
    store.close();
  },
);
