/** A picture of a machine's screen, as a person before it would see it. */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { isExpected } from "../errors.ts";
import type { GuestProcess } from "./guest-process.ts";

/** The screen of a text console is a few KiB; one that is full of colours is left out. */
export const pictureBytesMax = 262_144;
const pngSignature = Buffer.from("89504e470d0a1a0a", "hex");

/** PNG, or `undefined` if the machine has no screen, QEMU makes no PNG, or the picture is larger than `pictureBytesMax`. */
export async function takePicture(files: FileSystem, guest: GuestProcess): Promise<Buffer | undefined> {
  const filename = path.join(guest.runFolder, "screen.png");
  try {
    await guest.withPower((qmp) => qmp.execute("screendump", { filename, format: "png" }));
    return readPicture(files, filename);
  } catch (error) {
    // Evidence is whole without it.
    if (!isExpected(error)) throw error;
    return undefined;
  } finally {
    files.remove(filename);
  }
}

function readPicture(files: FileSystem, filename: string): Buffer | undefined {
  if (!files.exists(filename)) return undefined;
  const file = files.open(filename, "read");
  try {
    const { sizeBytes } = file.size();
    if (sizeBytes > pictureBytesMax) return undefined;
    const picture = Buffer.alloc(sizeBytes);
    file.read(picture, 0);
    return picture.subarray(0, pngSignature.length).equals(pngSignature) ? picture : undefined;
  } finally {
    file.close();
  }
}
