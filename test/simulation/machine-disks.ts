/** The disks of a machine in its folder, as machine.yaml names them: their bytes, and what people change about them. */
import fs from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { hashOf } from "../engine/fixture.ts";

interface Disk {
  readonly id: string;
  readonly file: string;
  readonly role: string;
}

interface Definition {
  readonly disks: readonly Disk[];
}

export const dataDisk: Disk = { id: "data", file: "data.img", role: "data" };

function definitionFile(folder: string): string {
  return path.join(folder, "machine.yaml");
}

function disksIn(folder: string): readonly Disk[] {
  const file = definitionFile(folder);
  if (!fs.existsSync(file)) return [{ id: "os", file: "os.img", role: "os" }];
  return (parse(fs.readFileSync(file, "utf8")) as Definition).disks;
}

/** The images of the machine that has `image`, in the order of their ids' names. */
export function imagesBeside(image: string): string[] {
  const folder = path.dirname(image);
  const disks = [...disksIn(folder)].sort((one, other) => (one.id < other.id ? 1 : -1));
  return disks.map(({ file }) => path.join(folder, file));
}

export function hasDataDisk(image: string): boolean {
  return imagesBeside(image).length > 1;
}

/** One text for what several disks hold, in the order of `imagesBeside`. */
export function digestOf(hashes: readonly string[]): string {
  return hashes.join("+");
}

/** What the machine that has `image` holds, on all of its disks. */
export function digestBeside(image: string): string {
  return digestOf(imagesBeside(image).map(hashOf));
}

function setDisks(image: string, change: (disks: readonly Disk[]) => readonly Disk[]): void {
  const file = definitionFile(path.dirname(image));
  const definition = parse(fs.readFileSync(file, "utf8")) as Definition;
  fs.writeFileSync(file, stringify({ ...definition, disks: change(definition.disks) }));
}

/** The machine gets a data disk with these bytes, in the place of the one that it may have. */
export function putDataDisk(image: string, bytes: Uint8Array): void {
  const file = path.join(path.dirname(image), dataDisk.file);
  fs.writeFileSync(`${file}.other`, bytes);
  fs.renameSync(`${file}.other`, file);
  setDisks(image, (disks) => [...disks.filter(({ id }) => id !== dataDisk.id), dataDisk]);
}

export function takeDataDiskAway(image: string): void {
  setDisks(image, (disks) => disks.filter(({ id }) => id !== dataDisk.id));
}
