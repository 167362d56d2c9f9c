/**
 * Where a running machine's sockets are. The system cuts off the path of a socket that is longer than about a hundred
 * bytes, so that they are not in the machine's folder, but in one of the user's short-lived folders.
 */
import { createHash } from "node:crypto";
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import { type Random, randomHex } from "../random.ts";

/** Linux allows 107 bytes, macOS 103. */
const socketPathBytesMax = 103;

export interface SocketPaths {
  readonly qmp: string;
  readonly power: string;
  readonly agent: string;
}

/** The sockets in a folder. */
export function socketsIn(folder: string): SocketPaths {
  const at = (name: string): string => path.join(folder, name);
  return { qmp: at("qmp"), power: at("power"), agent: at("agent") };
}

/**
 * Makes a folder for the sockets of one run of a machine, which its owner alone may enter. Half of its name says which
 * machine, the other half is drawn: nobody else can have made it before in a folder that all users share. Throws
 * `PrerequisitesNotMet` if there is no place with a path that is short enough.
 */
export function makeSocketFolder(
  files: FileSystem,
  random: Random,
  runFolder: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const machineHash = createHash("sha256").update(path.resolve(runFolder)).digest("hex").slice(0, 8);
  const name = `sr-${machineHash}-${randomHex(random, 8)}`;
  const parents = [environment["XDG_RUNTIME_DIR"], environment["TMPDIR"], "/tmp"];
  const folder = parents
    .filter((parent) => parent !== undefined && path.isAbsolute(parent))
    .filter((parent) => files.exists(parent!) && files.isWritable(parent!))
    .map((parent) => path.join(parent!, name))
    .find((place) =>
      Object.values(socketsIn(place)).every((each) => Buffer.byteLength(each) <= socketPathBytesMax),
    );
  if (folder === undefined) {
    const message = said`There is no place for the sockets of QEMU: neither XDG_RUNTIME_DIR nor TMPDIR nor /tmp is a
      folder that can be written to and whose path is short. Set TMPDIR to one with a path of at most 60 bytes.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message);
  }
  files.makeFolder(folder);
  return folder;
}
