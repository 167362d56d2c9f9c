/**
 * Makes the one machine that the examples protect, in `machines/hv1` of the folder given as argument, unless it is
 * there: machine.yaml, and a disk image with a real file system (FAT16) that holds real files.
 */
import fs from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { writeFatImage } from "../fat-image.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Say where: node examples/doors/make-machine.ts examples/doors/plugin-yaml");
  process.exit(1);
}

const machine = path.join(folder, "machines", "hv1", "web1");
const definition = path.join(machine, "machine.yaml");
if (!fs.existsSync(definition)) {
  fs.mkdirSync(machine, { recursive: true });
  const visits = Array.from({ length: 100_000 }, (_, index) => `visit ${index}`);
  writeFatImage(path.join(machine, "os.img"), 32, {
    HOSTNAME: "web1\n",
    "INDEX.HTM": "<h1>The shop is open</h1>\n",
    "ACCESS.LOG": `${visits.join("\n")}\n`,
  });
  const text = stringify({
    name: "web1",
    guestOs: { family: "linux", name: "Ubuntu", version: "22.04" },
    firmware: "bios",
    cpus: 2,
    memoryMiB: 2048,
    nics: [{ name: "eth0", network: "production" }],
    disks: [{ id: "os", file: "os.img", role: "os" }],
  });
  // Written last: a machine is there when its machine.yaml is.
  fs.writeFileSync(definition, text);
}
console.log(`machine web1 is in ${machine}`);
