/** Starts the guest of one sector whose folder is given, says so, and stays until it is killed. */
import path from "node:path";
import { startGuest } from "../../provider/qemu/start-guest.ts";
import { guestParts } from "./small-guest.ts";

const folder = process.argv[2]!;
const disks = [{ id: "os", format: "raw", path: path.join(folder, "os.img") }] as const;
const machine = { name: "web1", memoryMiB: 16, cpus: 1, firmware: "bios", disks } as const;
const guest = await startGuest(guestParts, path.join(folder, "run"), machine, { acceleration: "tcg" });
process.stdout.write(`started ${guest.pid}\n`);
setInterval(() => undefined, 60_000);
