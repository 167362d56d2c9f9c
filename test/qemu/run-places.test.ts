import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FileSystem, localFileSystem } from "../../provider/blocks/file-system.ts";
import { SeededRandom } from "../../provider/random.ts";
import { makeSocketFolder, socketsIn } from "../../provider/qemu/socket-folder.ts";
import { uefiFiles } from "../../provider/qemu/uefi-firmware.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "places-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("the folder of the sockets", () => {
  const make = (environment: Record<string, string>, files: FileSystem = localFileSystem): string =>
    makeSocketFolder(files, new SeededRandom(1), "/machines/web1/run", environment);

  it("is the user's own, and names the machine and the run", () => {
    const made = make({ XDG_RUNTIME_DIR: folder, TMPDIR: "/absent" });
    expect(path.dirname(made)).toBe(folder);
    expect(path.basename(made)).toMatch(/^sr-[0-9a-f]{8}-[0-9a-f]{16}$/);
    expect(fs.statSync(made).mode & 0o777).toBe(0o700);
    const other = makeSocketFolder(localFileSystem, new SeededRandom(2), "/machines/web1/run", {
      TMPDIR: folder,
    });
    expect(path.basename(other).slice(0, 12)).toBe(path.basename(made).slice(0, 12));
    expect(other).not.toBe(made);
  });

  it("is elsewhere where the path would be too long for a socket, or the place is not there", () => {
    const long = path.join(folder, "x".repeat(80));
    fs.mkdirSync(long);
    expect(path.dirname(make({ XDG_RUNTIME_DIR: long, TMPDIR: folder }))).toBe(folder);
    const absent = path.join(folder, "absent");
    const made = make({ XDG_RUNTIME_DIR: absent, TMPDIR: "relative" });
    fs.rmSync(made, { recursive: true });
    expect(path.dirname(made)).toBe("/tmp");
    expect(Math.max(...Object.values(socketsIn(made)).map((each) => each.length))).toBeLessThanOrEqual(103);
  });

  it("needs a place, and says which would do", () => {
    const readOnly: FileSystem = { ...localFileSystem, isWritable: () => false };
    const call = (): unknown => make({ XDG_RUNTIME_DIR: folder }, readOnly);
    expect(call).toThrow(expect.objectContaining({ code: "PrerequisitesNotMet" }) as Error);
    expect(call).toThrow("Set TMPDIR to one with a path of at most 60 bytes.");
  });
});

describe("UEFI for a machine", () => {
  /** A computer on which OVMF is where Debian or Fedora puts it, with these variables, or is not installed. */
  const withOvmf = (name: "OVMF/OVMF_CODE_4M" | "edk2/ovmf/OVMF_CODE" | undefined): FileSystem => {
    const prefix = "/usr/share/";
    const there = (file: string): string => (file.startsWith(prefix) ? path.join(folder, file) : file);
    if (name !== undefined) {
      for (const each of [name, name.replace("CODE", "VARS")]) {
        const file = there(`${prefix}${each}.fd`);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, `content of ${each}`);
      }
    }
    return {
      ...localFileSystem,
      exists: (file) => localFileSystem.exists(there(file)),
      open: (file, mode) => localFileSystem.open(there(file), mode),
    };
  };

  it.each([
    ["OVMF/OVMF_CODE_4M", "OVMF/OVMF_VARS_4M"],
    ["edk2/ovmf/OVMF_CODE", "edk2/ovmf/OVMF_VARS"],
  ] as const)("is %s with a copy of its variables, which the guest's changes stay in", (code, variables) => {
    const files = withOvmf(code);
    const found = uefiFiles(files, folder);
    expect(found).toEqual({
      codePath: `/usr/share/${code}.fd`,
      variablesPath: path.join(folder, "uefi-variables.fd"),
    });
    expect(fs.readFileSync(found.variablesPath, "utf8")).toBe(`content of ${variables}`);
    fs.writeFileSync(found.variablesPath, "changed by the guest");
    uefiFiles(files, folder);
    expect(fs.readFileSync(found.variablesPath, "utf8")).toBe("changed by the guest");
  });

  it("has to be installed", () => {
    const call = (): unknown => uefiFiles(withOvmf(undefined), folder);
    expect(call).toThrow(expect.objectContaining({ code: "PrerequisitesNotMet" }) as Error);
    expect(call).toThrow("apt-get install --no-install-recommends ovmf.");
    expect(fs.existsSync(path.join(folder, "uefi-variables.fd"))).toBe(false);
  });
});
