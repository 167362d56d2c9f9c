import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { installQemuInCi, requireQemu } from "../../setup/ensure-qemu.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

const programs = ["qemu-system-x86_64", "qemu-storage-daemon", "qemu-img"];

/** A folder with programs that write down what they are called with. */
function folderWith(names: readonly string[]): string {
  const folder = temporaryFolder();
  for (const name of names) {
    const script = `#!/bin/sh\necho "$@" >> ${path.join(folder, "calls")}\n`;
    fs.writeFileSync(path.join(folder, name), script, { mode: 0o755 });
  }
  return folder;
}
const callsIn = (folder: string): string[] => {
  const file = path.join(folder, "calls");
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n") : [];
};

describe("QEMU", () => {
  it("is asked for by the one command to type", () => {
    requireQemu(folderWith(programs));
    expect(() => requireQemu(folderWith(programs.slice(1)))).toThrow(
      "QEMU is missing (qemu-system-x86_64). Type: apt-get install --no-install-recommends qemu-system-x86 qemu-utils",
    );
  });

  it.runIf(process.getuid?.() === 0)("is installed where it is missing, in CI only", async () => {
    const folder = folderWith(["apt-get"]);
    const bin = `${folder}:/nowhere`;
    await installQemuInCi({ PATH: bin });
    expect(callsIn(folder)).toEqual([]);
    await installQemuInCi({ PATH: bin, CI: "true" });
    expect(callsIn(folder)).toEqual([
      "update -qq",
      "-qq -y install --no-install-recommends qemu-system-x86 qemu-utils",
    ]);
    const whole = folderWith(["apt-get", ...programs]);
    await installQemuInCi({ PATH: whole, CI: "true" });
    expect(callsIn(whole)).toEqual([]);
  });
});
