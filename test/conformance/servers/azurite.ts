import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { scheduler } from "node:timers/promises";
import { ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import type { AzureBlobSettings } from "../../../provider/drivers/objects-azure-blob/settings.ts";
import { ensureAzurite } from "../../../setup/azurite.mjs";
import { onFreePort } from "./free-port.ts";

export interface AzuriteServer {
  readonly port: number;
  readonly account: string;
  readonly accountKey: string;
  stop(): Promise<void>;
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}

/** Loaded into the server: it ends with the process that started it, however that one ends. */
const endWithParent = "data:text/javascript,process.stdin.resume().on('close',()=>process.exit())";

/** Starts an Azure Storage endpoint on loopback that keeps everything in memory, with an account made on the spot. */
export async function startAzurite(
  account = `acct${randomBytes(4).toString("hex")}`,
): Promise<AzuriteServer> {
  const program = await ensureAzurite();
  return onFreePort((port) => startOn(port, program, account));
}

async function startOn(port: number, program: string, account: string): Promise<AzuriteServer> {
  const accountKey = randomBytes(64).toString("base64");
  const options = ["--silent", "--disableTelemetry", "--skipApiVersionCheck", "--inMemoryPersistence"];
  const parameters = [
    "--import",
    endWithParent,
    program,
    "--blobHost",
    "127.0.0.1",
    "--blobPort",
    String(port),
    ...options,
  ];
  const child = spawn(process.execPath, parameters, {
    env: { PATH: process.env["PATH"], AZURITE_ACCOUNTS: `${account}:${accountKey}` },
    stdio: ["pipe", "ignore", "inherit"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const stop = async (): Promise<void> => {
    process.removeListener("exit", kill);
    await ended(child, kill);
  };
  const latest = Date.now() + 60_000;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > latest) {
      await stop();
      throw new Error(`Azurite did not start on port ${port}; it ended with ${child.exitCode}.`);
    }
    await scheduler.wait(50);
  }
  // What answers may be another server, which has taken the port: then this one has ended.
  await scheduler.wait(100);
  if (child.exitCode !== null) throw new Error(`Another server has port ${port}.`);
  return { port, account, accountKey, stop };
}

/** Where a new, empty container is. The variable `AZURE_KEY_OF_TESTS` holds the key of its account. */
export async function newContainer(
  { account, accountKey, port }: AzuriteServer,
  container = `c${randomBytes(6).toString("hex")}`,
): Promise<AzureBlobSettings> {
  const endpoint = `http://127.0.0.1:${port}`;
  const key = new StorageSharedKeyCredential(account, accountKey);
  await new ContainerClient(`${endpoint}/${account}/${container}`, key).create();
  process.env["AZURE_KEY_OF_TESTS"] = accountKey;
  return { account, container, endpoint, credentials: { environmentVariable: "AZURE_KEY_OF_TESTS" } };
}

async function ended(child: ChildProcess, kill: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.once("exit", resolve));
  kill();
  await end;
}
