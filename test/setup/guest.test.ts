import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { CpioArchive, CHARACTER_DEVICE, FILE, SYMBOLIC_LINK } from "../../setup/guest/cpio-archive.mjs";
import { requirePrograms } from "../../setup/guest/run-program.mjs";

/** Entries of an archive in the format newc, as the kernel's documentation describes it. */
function entriesOf(archive: Buffer): { name: string; mode: number; data: string; device: number[] }[] {
  const entries = [];
  for (let at = 0; ;) {
    expect(archive.toString("latin1", at, at + 6)).toBe("070701");
    const field = (index: number): number =>
      parseInt(archive.toString("latin1", at + 6 + 8 * index, at + 14 + 8 * index), 16);
    const [mode, sizeBytes, nameBytes] = [field(1), field(6), field(11)];
    const nameAt = at + 110;
    const dataAt = Math.ceil((nameAt + nameBytes) / 4) * 4;
    const name = archive.toString("latin1", nameAt, nameAt + nameBytes - 1);
    if (name === "TRAILER!!!") return entries;
    const data = archive.toString("latin1", dataAt, dataAt + sizeBytes);
    entries.push({ name, mode, data, device: [field(9), field(10)] });
    at = Math.ceil((dataAt + sizeBytes) / 4) * 4;
  }
}

describe("making a guest", () => {
  it("needs programs, and says in a sentence which are missing and what to type", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "programs-"));
    try {
      for (const program of ["apt-get", "apt-cache", "ldd"])
        fs.writeFileSync(path.join(folder, program), "", { mode: 0o755 });
      fs.writeFileSync(path.join(folder, "dpkg-deb"), "", { mode: 0o644 });
      const message =
        process.platform === "linux" && process.arch === "x64"
          ? "A guest cannot be made without dpkg-deb, mkfs.ext4. Type: apt-get install dpkg e2fsprogs"
          : "A guest is made on Linux for x86-64";
      expect(() => requirePrograms(folder)).toThrow(message);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("archives files, links and devices for the kernel", () => {
    const archive = new CpioArchive();
    archive.add("dev/console", CHARACTER_DEVICE, undefined, [5, 1]);
    archive.add("init", FILE, Buffer.from("hello"));
    archive.add("bin/sh", SYMBOLIC_LINK, Buffer.from("busybox"));
    const bytes = archive.end();
    expect(bytes.length % 4).toBe(0);
    expect(entriesOf(bytes)).toEqual([
      { name: "dev/console", mode: 0o020600, data: "", device: [5, 1] },
      { name: "init", mode: 0o100644, data: "hello", device: [0, 0] },
      { name: "bin/sh", mode: 0o120777, data: "busybox", device: [0, 0] },
    ]);
  });
});
