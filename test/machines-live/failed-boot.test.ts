import { expect, it } from "vitest";
import { describeWith } from "../qemu/installed.ts";
import { LiveGuest } from "./live-guest.ts";

describeWith(["qemu-system-x86_64"], "a machine that does not come up", () => {
  it("is not waited for when its boot loader gives up: UEFI with too little memory", async () => {
    const live = await LiveGuest.make();
    try {
      const guest = await live.start(live.machine({ firmware: "uefi", memoryMiB: 192 }));
      const up = live.up(guest);
      await expect(up).rejects.toMatchObject({ code: "JobFailed", target: "web1" });
      await expect(up).rejects.toThrow(/stays in its boot loader GRUB\. .*out of memory/s);
      expect(await guest.power()).toEqual({ power: "running" });
    } finally {
      await live.close();
    }
  });

  it("is not waited for when no disk can be started from", async () => {
    const live = await LiveGuest.make();
    try {
      // It has a file system, and no boot loader.
      const disks = [{ id: "data", format: "raw", path: live.diskPath("data") }] as const;
      const guest = await live.start(live.machine({ disks }));
      await expect(live.up(guest)).rejects.toThrow("has no disk that its firmware can start from");
    } finally {
      await live.close();
    }
  });
});
