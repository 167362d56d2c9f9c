import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { scheduler } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ensureVersitygw } from "../../../setup/versitygw.mjs";
import { onFreePort } from "./free-port.ts";

export interface S3Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface S3Server extends S3Key {
  readonly port: number;
  /** Makes an identity that may do nothing but what a bucket's policy allows it. */
  newUser(): Promise<S3Key>;
  stop(): Promise<void>;
}

/** Files (PEM) that a server shows who it is with. */
export interface ServerCertificate {
  readonly certificateFile: string;
  readonly keyFile: string;
}

const endWithParent = fileURLToPath(new URL("end-with-parent.mjs", import.meta.url));

function newKey(): S3Key {
  return {
    accessKeyId: `AK${randomBytes(8).toString("hex").toUpperCase()}`,
    secretAccessKey: randomBytes(20).toString("hex"),
  };
}

/** Starts an S3 endpoint on loopback, with keys made on the spot; what it keeps is removed with it. */
export async function startVersitygw(certificate?: ServerCertificate): Promise<S3Server> {
  const program = await ensureVersitygw();
  return onFreePort((port) => startOn(port, program, certificate));
}

async function startOn(
  port: number,
  program: string,
  certificate: ServerCertificate | undefined,
): Promise<S3Server> {
  const root = newKey();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-s3-"));
  // The file system must have extended attributes: versitygw keeps what it knows of objects in them.
  const [buckets, versions, users] = ["buckets", "versions", "users"].map((name) => {
    fs.mkdirSync(path.join(folder, name));
    return path.join(folder, name);
  }) as [string, string, string];
  const tls =
    certificate === undefined ? [] : ["--cert", certificate.certificateFile, "--key", certificate.keyFile];
  const options = ["--port", `127.0.0.1:${port}`, "--quiet", "--keep-alive", "--iam-dir", users, ...tls];
  const place = ["posix", "--versioning-dir", versions, buckets];
  const child = spawn(process.execPath, [endWithParent, folder, program, ...options, ...place], {
    env: {
      PATH: process.env["PATH"],
      ROOT_ACCESS_KEY: root.accessKeyId,
      ROOT_SECRET_KEY: root.secretAccessKey,
    },
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
  // What answers may be another server, which has taken the port: then this one has ended.
  await scheduler.wait(100);
  if (child.exitCode !== null) throw new Error(`Another server has port ${port}.`);
  return { port, ...root, newUser: () => newUser(program, port, root), stop };
}

async function newUser(program: string, port: number, root: S3Key): Promise<S3Key> {
  const user = newKey();
  const admin = ["admin", "--endpoint-url", `http://127.0.0.1:${port}`, "create-user", "--role", "user"];
  await promisify(execFile)(
    program,
    [...admin, "--access", user.accessKeyId, "--secret", user.secretAccessKey],
    { env: { ADMIN_ACCESS_KEY: root.accessKeyId, ADMIN_SECRET_KEY: root.secretAccessKey } },
  );
  return user;
}

/** Whether there is a server: with TLS, one that ends the connection because it was not used counts as well. */
function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    (error: { cause?: { code?: string } }) => error.cause?.code !== "ECONNREFUSED",
  );
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once("exit", resolve));
  child.stdin?.end();
  await end;
}
