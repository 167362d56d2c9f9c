/**
 * Which boot of the machine this is. What a killed process wrote is still there, what a machine without power
 * had not synced is not; the change log distinguishes the two by it.
 */
import os from "node:os";
import { createHash } from "node:crypto";
import { localFileSystem } from "../blocks/file-system.ts";
import { systemClock } from "../clock.ts";

function readBootId(): string {
  const linuxPath = "/proc/sys/kernel/random/boot_id";
  if (localFileSystem.exists(linuxPath)) {
    const file = localFileSystem.open(linuxPath, "read");
    try {
      const buffer = Buffer.alloc(64);
      return buffer.toString("latin1", 0, file.read(buffer, 0)).trim();
    } finally {
      file.close();
    }
  }
  // Elsewhere the moment of the boot serves, to ten minutes. A clock that was set looks like a reboot at
  // worst.
  return String(Math.round((systemClock.now() / 1000 - os.uptime()) / 600));
}

let known: string | undefined;

/** 16 hexadecimal digits, the same until the machine boots again. */
export function currentBootId(): string {
  known ??= createHash("sha256").update(readBootId()).digest("hex").slice(0, 16);
  return known;
}
