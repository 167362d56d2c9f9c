/** What lies around a definition in the tests: two good machines, and each way for a machine or folder to be wrong. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { writeMachine } from "../machines/machine-folder.ts";

const disks = (...entries: [id: string, role: string, file?: string][]): object => ({
  disks: entries.map(([id, role, file = `${id}.img`]) => ({ id, file, role })),
});

export function makeSurroundings(folder: string): void {
  const machine = (name: string, changes: object = {}, host = "hv1"): string =>
    path.join(writeMachine(path.join(folder, host), name, changes), "os.img");
  machine("web1");
  machine("db1");
  machine("full1", disks(["os", "os"], ["data", "data"]));
  machine("web1", {}, "hv2");
  machine("old1", { guestOs: { family: "linux", name: "Ubuntu", version: "9.10" } });
  machine("strange1", { guestOs: { family: "linux", name: "TempleOS", version: "5" } });
  machine("lost1", { nics: [{ name: "eth0", network: "nowhere" }] });
  machine("classed1", { storageClassification: "fsat" });
  machine("broken1", { cpus: "many" });
  machine("renamed1", { name: "other1" });
  machine("bootless1", disks(["os", "data"], ["data", "data"]));
  machine("twice1", disks(["os", "os"], ["data", "os"]));
  machine("escape1", disks(["os", "os", "../web1/os.img"]));
  fs.rmSync(machine("diskless1"));
  fs.truncateSync(machine("empty1"));
  const inTheWay = machine("folder1");
  fs.rmSync(inTheWay);
  fs.mkdirSync(inTheWay);
  const linked = machine("linked1");
  fs.rmSync(linked);
  fs.symlinkSync(path.join(folder, "hv1", "web1", "os.img"), linked);
  fs.writeFileSync(path.join(folder, "file"), "");
  fs.writeFileSync(path.join(folder, "check.sh"), "#!/bin/sh\n", { mode: 0o755 });
  fs.symlinkSync("/bin/sh", path.join(folder, "link.sh"));
  fs.symlinkSync(os.tmpdir(), path.join(folder, "out"));
}
