import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { scheduler } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ensureVersitygw } from "../../../setup/versitygw.mjs";
import { freePort } from "./free-port.ts";

export interface S3Server {
  readonly port: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  stop(): Promise<void>;
}

const endWithParent = fileURLToPath(new URL("end-with-parent.mjs", import.meta.url));

/** Starts an S3 endpoint on loopback, with keys made on the spot; what it keeps is removed with it. */
export async function startVersitygw(): Promise<S3Server> {
  const program = await ensureVersitygw();
  const port = await freePort();
  const accessKeyId = `AK${randomBytes(8).toString("hex").toUpperCase()}`;
  const secretAccessKey = randomBytes(20).toString("hex");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-s3-"));
  // The file system must have extended attributes: versitygw keeps what it knows of objects in them.
  const [buckets, versions] = ["buckets", "versions"].map((name) => {
    fs.mkdirSync(path.join(folder, name));
    return path.join(folder, name);
  }) as [string, string];
  const place = ["posix", "--versioning-dir", versions, buckets];
  const parameters = ["--port", `127.0.0.1:${port}`, "--quiet", "--keep-alive", ...place];
  const child = spawn(process.execPath, [endWithParent, folder, program, ...parameters], {
    env: { PATH: process.env["PATH"], ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
    stdio: ["pipe", "ignore", "inherit"],
  });
  const stop = (): Promise<void> => ended(child);
  const latest = Date.now() + 60_000;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > latest) {
      await stop();
      throw new Error(
        `versitygw did not start on port ${port}; it ended with ${child.exitCode}. ${folder} must be in a file system with extended attributes.`,
      );
    }
    await scheduler.wait(50);
  }
  return { port, accessKeyId, secretAccessKey, stop };
}

function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once("exit", resolve));
  child.stdin?.end();
  await end;
}
