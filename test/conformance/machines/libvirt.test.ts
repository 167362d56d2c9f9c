import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe } from "vitest";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { systemClock } from "../../../provider/clock.ts";
import { libvirtMachines } from "../../../provider/drivers/machines-libvirt/libvirt-machines.ts";
import { folderMachines } from "../../../provider/machines/folder-machines.ts";
import { describeMachines } from "./describe-machines.ts";

// What the port promises of domains, test/machines-live/libvirt-life.test.ts proves with a libvirt.
describe("machines in folders, beside those of libvirt", () => {
  describeMachines(() => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-machines-"));
    return {
      folder,
      open: () => libvirtMachines(folderMachines(localFileSystem), { clock: systemClock }),
      settings: {},
      image: () => Buffer.alloc(65_536, 1),
      close: () => Promise.resolve(fs.rmSync(folder, { recursive: true })),
    };
  });
});
