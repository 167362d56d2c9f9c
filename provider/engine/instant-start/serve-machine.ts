/**
 * The program that serves the disks of one machine from its recovery point: `node serve-machine.ts <run folder>`. It ends
 * when the machine needs it no more, or by SIGTERM. What it prints is kept beside the machine.
 */
import path from "node:path";
import { servedByAnother } from "../../qemu/disk-server.ts";
import { messageOf } from "../../errors.ts";
import { readServedRecord, servedFilesIn } from "../../qemu/served-record.ts";
import { openParts } from "../open-parts.ts";
import { MachineServer } from "./machine-server.ts";
import { localFileSystem } from "../../blocks/file-system.ts";

const runFolder = path.resolve(process.argv[2] ?? ".");
const lock = localFileSystem.open(servedFilesIn(runFolder).lock, "createOrOpen");
if (lock.tryLock?.() === "busy") process.exit(servedByAnother);

const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
try {
  const record = readServedRecord(localFileSystem, runFolder);
  if (record !== undefined) {
    const parts = openParts({ home: record.point.home });
    const print = (line: string): void => void process.stderr.write(`${new Date().toISOString()} ${line}\n`);
    await new MachineServer(parts, { runFolder, record, print }).run(stop.signal);
  }
  process.exit(0);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}
