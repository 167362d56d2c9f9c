/**
 * The claim to a disk has two parts, and the kernel takes both back when the process dies, however it dies.
 *
 * - A lock on the image itself. It counts for all containers and network namespaces of the computer, and for all names of
 *   the image.
 * - A listening socket whose name follows from the disk's real path. There, other processes of the same network
 *   namespace ask the owner for a snapshot. It is also all there is where files cannot be locked.
 */
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { createHash } from "node:crypto";
import { type FileSystem, localFileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { lockImage } from "./lock-image.ts";
import { said } from "../message.ts";

/** A disk that is this process's own. */
export interface DiskClaim {
  /** Where others ask the owner. */
  readonly server: net.Server;
  /** Gives the disk up. Everything of it must be closed before. */
  release(): void;
}

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
        reject(
          new SiteRecoveryError("IoFailed", said`Cannot claim a disk: ${error.message}.`, { cause: error }),
        );
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

/** Returns the claim, or `undefined` if another process has it. Throws `NotFound` if there is no image. */
export async function claimDisk(realPath: string, files: FileSystem): Promise<DiskClaim | undefined> {
  const lock = lockImage(files, realPath);
  if (!lock.isTaken) return undefined;
  try {
    const server = await listenAlone(claimAddress(realPath));
    if (server !== undefined) {
      return {
        server,
        release: () => {
          server.close();
          lock.unlock();
        },
      };
    }
  } catch (error) {
    lock.unlock();
    throw error;
  }
  lock.unlock();
  return undefined;
}

async function listenAlone(address: string): Promise<net.Server | undefined> {
  const server = await listen(address);
  if (server !== undefined || process.platform === "linux" || process.platform === "win32") return server;
  if (await isAnswered(address)) return undefined;
  // A socket file outlives a killed process: no process answers at this one.
  localFileSystem.remove(address);
  return listen(address);
}
