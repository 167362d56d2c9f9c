/** Takes a snapshot of a disk of a domain, says so, and holds it until it is killed. */
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { systemClock } from "../../provider/clock.ts";
import { folderSnapshots } from "../../provider/disks/folder-snapshots.ts";
import { libvirtSnapshots } from "../../provider/drivers/machines-libvirt/libvirt-snapshots.ts";
import { systemRandom } from "../../provider/random.ts";

const [folder = "", machine = "", diskId = ""] = process.argv.slice(2);
const ports = { files: localFileSystem, clock: systemClock, random: systemRandom };
await libvirtSnapshots(folderSnapshots(ports), { ...ports, folder }).take([
  [{ machine, diskId, path: `${machine}/${diskId}.img` }],
]);
process.stdout.write("held\n");
setInterval(() => undefined, 60_000);
