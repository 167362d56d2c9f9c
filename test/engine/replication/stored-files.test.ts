import fs from "node:fs";
import { expect, it } from "vitest";
import { ProtectedDisk } from "./protected-disk.ts";

it("[C-9] nothing of the plain data, and no name, is to be found in the stored files", async () => {
  const disk = await ProtectedDisk.make(8 * 1_048_576);
  try {
    const canary = "CANARY-5f2c-plain-text-of-the-source";
    disk.fill(1, 1, "text", 3000);
    await disk.initial();
    disk.write(300_000, Buffer.from(canary.repeat(50)));
    await disk.delta();
    expect(disk.storedFiles().length).toBeGreaterThan(4);
    for (const file of disk.storedFiles()) {
      const content = fs.readFileSync(file).toString("latin1");
      for (const secret of [canary, "generation 1", disk.machineId, "correct horse"]) {
        expect(content.includes(secret), `${secret} in ${file}`).toBe(false);
        expect(file.includes(secret)).toBe(false);
      }
    }
  } finally {
    disk.remove();
  }
});
