import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FileSystem, localFileSystem } from "../../provider/blocks/file-system.ts";
import { systemClock } from "../../provider/clock.ts";
import { SeededRandom } from "../../provider/random.ts";
import {
  type Acceleration,
  type AccelerationParts,
  chooseAcceleration,
  runsGuests,
} from "../../provider/qemu/acceleration.ts";
import { describeWith } from "./installed.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "accel-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A computer whose `/proc/cpuinfo` has these flags, or that has no such file. */
function partsWith(flags: string | undefined): AccelerationParts {
  const cpuInfo = path.join(folder, "cpuinfo");
  if (flags !== undefined) {
    // As long as that of a computer with many processors, where the flags are read from far within.
    fs.writeFileSync(
      cpuInfo,
      `${"processor : 0\n\n".repeat(9000)}flags\t\t: fpu ${flags} sse\nbugs : svm_x\n`,
    );
  }
  const there = (file: string): string => (file === "/proc/cpuinfo" ? cpuInfo : file);
  const files: FileSystem = {
    ...localFileSystem,
    open: (file, mode) => localFileSystem.open(there(file), mode),
    exists: (file) => localFileSystem.exists(there(file)),
  };
  return { files, clock: systemClock, random: new SeededRandom(1), temporaryFolder: folder };
}

describe("the accelerator", () => {
  it.each([
    ["auto", "vmx", true, "kvm", 1],
    ["auto", "svm", true, "kvm", 1],
    ["auto", "vmx", false, "tcg", 1],
    ["auto", "lm", true, "tcg", 0],
    ["auto", undefined, true, "tcg", 0],
    ["kvm", "lm", false, "kvm", 0],
    ["tcg", "vmx", true, "tcg", 0],
  ] as const)(
    "%s with flag %s, where a guest runs: %s, is %s",
    async (setting, flag, runs, chosen, probes) => {
      const tried: Acceleration[] = [];
      const probe = (acceleration: Acceleration): Promise<boolean> => {
        tried.push(acceleration);
        return Promise.resolve(runs);
      };
      expect(await chooseAcceleration(setting, partsWith(flag), probe)).toBe(chosen);
      expect(tried).toEqual(Array(probes).fill("kvm"));
    },
  );
});

describeWith(["qemu-system-x86_64"], "a guest of one sector", () => {
  it("says its line, and leaves no disk behind", async () => {
    expect(await runsGuests("tcg", partsWith("lm"), 60)).toBe(true);
    expect(fs.readdirSync(folder)).toEqual(["cpuinfo"]);
  });

  it("has no time to, or an accelerator that QEMU does not have: it does not run", async () => {
    expect(await runsGuests("tcg", partsWith("lm"), 0)).toBe(false);
    expect(await runsGuests("hvf" as Acceleration, partsWith("lm"), 60)).toBe(false);
  });
});

describe("without QEMU", () => {
  it("says what to install", async () => {
    const { PATH } = process.env;
    process.env["PATH"] = folder;
    try {
      const missing = runsGuests("tcg", partsWith("lm"));
      await expect(missing).rejects.toMatchObject({ code: "PrerequisitesNotMet" });
      await expect(missing).rejects.toThrow("apt-get install --no-install-recommends qemu-system-x86");
    } finally {
      process.env["PATH"] = PATH;
    }
  });
});
