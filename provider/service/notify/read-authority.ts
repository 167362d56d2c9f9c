import path from "node:path";
import { localFileSystem } from "../../blocks/file-system.ts";
import { readTextFile } from "../../blocks/read-text-file.ts";

/** The certificates that a server's one is checked with, for TLS; those of this computer without a file. Throws `NotFound`. */
export function readAuthority(file: string | undefined, folder: string): { readonly ca?: string } {
  return file === undefined ? {} : { ca: readTextFile(localFileSystem, path.resolve(folder, file)) };
}
