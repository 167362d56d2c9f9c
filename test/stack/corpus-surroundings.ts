/** What lies around the definitions of the corpus: the machines and folders of all flows, and machines of each sort. */
import fs from "node:fs";
import path from "node:path";
import { writeMachine } from "../machines/machine-folder.ts";
import { makeSurroundings } from "./surroundings.ts";

const gibibyte = 1024 ** 3;
const disk = (id: string, role = "data"): object => ({ id, role, file: `${id}.img` });

export function makeCorpusSurroundings(folder: string): void {
  makeSurroundings(folder);
  for (const name of ["retention", "cache", "fast", "slow", "esxi-2", "parts"])
    fs.mkdirSync(path.join(folder, name));
  writeMachine(path.join(folder, "esxi"), "vm1");
  writeMachine(path.join(folder, "physical"), "erp1");
  writeMachine(path.join(folder, "hv3"), "web2");
  writeMachine(path.join(folder, "farm"), "mixed1", { disks: [disk("os", "os"), disk("data")] });
  const machines = path.join(folder, "hv1");
  for (const count of [2, 3, 4, 5, 6, 7]) writeMachine(machines, `group${count}`);
  writeMachine(machines, "clash1", { disks: [disk("os", "os"), disk("OS")] });
  const many = Array.from({ length: 17 }, (_, index) => disk(`data${index}`));
  writeMachine(machines, "loaded1", { disks: [disk("os", "os"), ...many] });
  writeMachine(machines, "frozen1", { consistency: { freeze: ["sync"], thaw: ["sync"] } });
  // Sparse: only its length is large.
  fs.truncateSync(path.join(writeMachine(machines, "large1"), "os.img"), 2049 * gibibyte);
  for (let number = 1; number <= 201; number += 1) {
    const digits = String(number).padStart(3, "0");
    writeMachine(path.join(folder, "farm"), `m${digits}`);
    fs.writeFileSync(path.join(folder, "parts", `part-${digits}.yaml`), "drills: []\n");
  }
}
