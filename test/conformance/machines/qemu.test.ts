import {
  bootImage,
  byQemu,
  GuestSite,
  newMachines,
  programs,
} from "../../drivers/machines-qemu/guest-site.ts";
import { describeWith } from "../../qemu/installed.ts";
import { describeMachines } from "./describe-machines.ts";

describeWith(programs, "machines that QEMU runs", () => {
  describeMachines(() => {
    const site = new GuestSite();
    const { folder } = site;
    return { folder, open: newMachines, settings: byQemu, image: bootImage, close: () => site.remove() };
  });
});
