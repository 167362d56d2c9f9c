/** A drill's machine that is asked for all of its words, as its machine.yaml has them. */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { MachineDefinition } from "../../provider/model/machine-definition.ts";
import { writeYaml } from "../../provider/yaml/write-yaml.ts";
import { newMachines } from "../drivers/machines-qemu/guest-site.ts";
import { machineDefinition } from "../machine-definition.ts";
import { describeWith } from "../qemu/installed.ts";
import { LiveGuest } from "./live-guest.ts";

const script = `const port = process.env.SITERECOVERY_PORT_80;
fetch("http://127.0.0.1:" + port + "/cgi-bin/status").then((answer) => answer.json()).then(({ machine }) => {
  console.log(process.env.SITERECOVERY_MACHINE + " runs " + machine);
});`;

describeWith(["qemu-system-x86_64", "qemu-img"], "a drill's machine", () => {
  const machines = newMachines();
  let live: LiveGuest;
  beforeAll(async () => {
    live = await LiveGuest.make();
  });
  afterAll(async () => {
    await machines.remove(live.folder);
    await live.close();
  });

  it("says that it works in every way that it is asked, when it last wrote, and that it is isolated", async () => {
    const definition = machineDefinition("web1", ["os", "data"], {
      memoryMiB: 256,
      nics: [{ name: "eth0", network: "drill", ipAddress: "10.0.2.15" }],
      qemu: { acceleration: "auto", forwards: [{ hostPort: 8080, guestPort: 80 }] },
      ready: {
        ...{ console: "^UP ", agent: true, tcp: { port: 80 } },
        http: { port: 80, path: "/cgi-bin/status", body: '"osBad":0' },
        check: ["/bin/cat", "/etc/hostname"],
        script: { command: [process.execPath, "-e", script], timeoutSeconds: 300 },
        lastWrite: { console: '^STATUS .*"lastWriteTime":"([^"]+)"' },
        withinSeconds: 1000,
      },
    }) as MachineDefinition;
    fs.writeFileSync(path.join(live.folder, "machine.yaml"), writeYaml(definition));
    await machines.setMark(live.folder, {
      machineId: "6f1c2bdc-2e1f-4b4e-8a55-3d1ad7b9f0aa",
      madeBy: { engineId: "e", itemId: "i", purpose: "test", jobId: "j" },
    });
    await machines.start(live.folder);
    const evidence = (await machines.whenReady(live.folder, {}))!;
    expect(evidence.probes.map(({ kind }) => kind)).toEqual([
      ...["console", "agent", "tcp", "http", "check", "script", "lastWrite"],
    ]);
    const answerOf = (kind: string): string => evidence.probes.find((probe) => probe.kind === kind)!.output;
    expect(answerOf("http")).toMatch(/^status 200\n\{"machine":"guest"/);
    expect(answerOf("agent")).toContain("eth0 10.0.2.15/24");
    expect(answerOf("check")).toBe("guest\n");
    expect(answerOf("script")).toBe("web1 runs guest");
    expect(evidence.lastWriteAt).toBeLessThan(evidence.readyAt);
    expect(evidence.isolation).toMatchObject({ result: "proven" });
    expect(evidence.screenPng).toMatch(/^iVBORw0KGgo/);
  });
});
