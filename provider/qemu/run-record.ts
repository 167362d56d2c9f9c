/**
 * What is written down of a run of a machine, so that another process finds it: QEMU goes on when the process that has
 * started it ends.
 */
import path from "node:path";
import { type FileSystem, writeAtomically } from "../blocks/file-system.ts";
import { readTextFile } from "../blocks/read-text-file.ts";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import { commandLineOf, identityOf } from "../process-identity.ts";
import { isRecord } from "../record.ts";
import type { PortForward } from "./qemu-machine.ts";
import type { UserNetworkAddresses } from "./user-network-addresses.ts";

export interface RunRecord {
  readonly machine: string;
  /** The folder of its sockets; its name is in QEMU's command line, and in no other. */
  readonly socketFolder: string;
  /** QEMU's process, as `identityOf` names it; absent while it is being started. */
  readonly process?: string;
  /** Ports of 127.0.0.1 that lead into the guest, as QEMU was told; absent if none do. */
  readonly forwards?: readonly PortForward[];
  /** Of its network; absent if they are QEMU's own choice. */
  readonly addresses?: UserNetworkAddresses;
}

/** The files of a run, in the machine's run folder. */
export interface RunFiles {
  readonly record: string;
  readonly lock: string;
  readonly pid: string;
  readonly console: string;
  /** What QEMU itself says. */
  readonly log: string;
}

export function runFilesIn(runFolder: string): RunFiles {
  const at = (name: string): string => path.join(runFolder, name);
  return {
    record: at("run.json"),
    lock: at("run.lock"),
    pid: at("qemu.pid"),
    console: at("console.log"),
    log: at("qemu.log"),
  };
}

export function writeRunRecord(files: FileSystem, runFolder: string, record: RunRecord): void {
  writeAtomically(files, runFilesIn(runFolder).record, Buffer.from(`${JSON.stringify(record)}\n`));
}

/**
 * The record of the last run, or `undefined` if the machine was never started. If its process was not written down,
 * because the one that started it was killed at that moment, it is found by the number that QEMU wrote; a number alone is
 * not believed. Throws `Damaged` if it cannot be read.
 */
export function readRunRecord(files: FileSystem, runFolder: string): RunRecord | undefined {
  const { record: filePath, pid } = runFilesIn(runFolder);
  if (!files.exists(filePath)) return undefined;
  const record = parse(readTextFile(files, filePath));
  if (record === undefined) {
    const message = said`The record of a running machine, ${filePath}, cannot be read. If no QEMU of this machine runs,
      remove the file.`;
    throw new SiteRecoveryError("Damaged", message, { target: filePath });
  }
  if (record.process !== undefined || !files.exists(pid)) return record;
  const number = Number(readTextFile(files, pid));
  const isIts = commandLineOf(number).some((word) => word.includes(record.socketFolder));
  const identity = isIts ? identityOf(number) : undefined;
  return identity === undefined ? record : { ...record, process: identity };
}

function isForward(value: unknown): value is PortForward {
  return isRecord(value) && Number.isInteger(value["hostPort"]) && Number.isInteger(value["guestPort"]);
}

function areAddresses(value: unknown): value is UserNetworkAddresses {
  if (!isRecord(value)) return false;
  const { network, host, nameServer, station, machine } = value;
  return [network, host, nameServer, station, machine].every((text) => typeof text === "string");
}

function parse(text: string): RunRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return undefined;
    const { machine, socketFolder, process } = value;
    if (typeof machine !== "string" || typeof socketFolder !== "string") return undefined;
    if (process !== undefined && typeof process !== "string") return undefined;
    const { forwards = [], addresses } = value;
    if (!Array.isArray(forwards) || !forwards.every(isForward)) return undefined;
    if (addresses !== undefined && !areAddresses(addresses)) return undefined;
    return {
      machine,
      socketFolder,
      ...(process === undefined ? {} : { process }),
      ...(forwards.length === 0 ? {} : { forwards }),
      ...(addresses === undefined ? {} : { addresses }),
    };
  } catch {
    return undefined;
  }
}
