/**
 * The claim to a disk: a listening socket whose name follows from the disk's real path. The system gives a
 * name to one process only and takes it back when the process dies, however it dies; no lock file can do
 * that. The same socket is where other processes ask the owner for a snapshot.
 */
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { createHash } from "node:crypto";
import { localFileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";

/**
 * Linux has names apart from the file system, Windows has pipes; elsewhere it is a file in the temporary
 * folder.
 */
export function claimAddress(realPath: string): string {
  const name = `siterecovery-${createHash("sha256").update(realPath).digest("hex").slice(0, 40)}`;
  if (process.platform === "linux") return `\0${name}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\${name}`;
  // 104 bytes is the least that any system allows for the whole path.
  return path.join(os.tmpdir(), name.slice(0, 40));
}

function listen(address: string): Promise<net.Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else
        reject(new SiteRecoveryError("IoFailed", `Cannot claim a disk: ${error.message}.`, { cause: error }));
    });
    server.listen({ path: address, exclusive: true }, () => {
      // An open disk alone keeps no process alive.
      server.unref();
      resolve(server);
    });
  });
}

function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ path: address });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code !== "ECONNREFUSED" && error.code !== "ENOENT");
    });
  });
}

/** The claim, or nothing when another process has it. */
export async function claimDisk(realPath: string): Promise<net.Server | undefined> {
  const address = claimAddress(realPath);
  const server = await listen(address);
  if (server !== undefined || process.platform === "linux" || process.platform === "win32") return server;
  if (await isAnswered(address)) return undefined;
  // A socket file outlives a killed process; nobody answers at this one.
  localFileSystem.remove(address);
  return listen(address);
}
