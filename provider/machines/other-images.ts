/** What a folder has in the place of raw images, and what makes raw images of it. */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { shellWord } from "../shell-word.ts";

/** Disks of hypervisors that `qemu-img` reads. */
const diskEndings: readonly string[] = [".vmdk", ".vhdx", ".vhd", ".avhdx", ".qcow2", ".vdi"];
const archiveEnding = ".ova";

const endingOf = (name: string): string => path.extname(name).toLowerCase();

/** What to do with images that are not raw, as sentences; `undefined` for a folder that has none. */
export function rawImageAdvice(files: FileSystem, folder: string): string | undefined {
  const names = files.list(folder).toSorted();
  const disks = names.filter((name) => diskEndings.includes(endingOf(name)));
  const [disk, ...others] = disks;
  if (disk !== undefined) {
    const raw = `${disk.slice(0, -endingOf(disk).length)}.img`;
    const more = others.length === 0 ? "" : `, and the same of ${others.join(", ")}`;
    return `it has no raw image. Make one: \`qemu-img convert -O raw ${shellWord(disk)} ${shellWord(raw)}\`${more}.`;
  }
  const archive = names.find((name) => endingOf(name) === archiveEnding);
  if (archive === undefined) return undefined;
  return `it has no raw image. Unpack the archive: \`tar -xf ${shellWord(archive)}\`. Then make a raw image of each disk in it.`;
}
