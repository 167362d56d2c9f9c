/** Starts the machine that is given as JSON, with its run folder, says so, and stays until it is killed. */
import type { QemuMachine } from "../../provider/qemu/qemu-machine.ts";
import { startGuest } from "../../provider/qemu/start-guest.ts";
import { guestParts } from "../qemu/small-guest.ts";

const [runFolder, machine] = process.argv.slice(2) as [string, string];
await startGuest(guestParts, runFolder, JSON.parse(machine) as QemuMachine, { acceleration: "tcg" });
process.stdout.write("started\n");
setInterval(() => undefined, 60_000);
