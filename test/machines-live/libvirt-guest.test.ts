/**
 * A Debian in libvirt: protected while its application writes to two disks, frozen by its agent for a point, and moved to a
 * host with QEMU, where the guest itself says what its disks are worth.
 */
import fs from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { qemuPlaceOf, runningGuest } from "../../provider/drivers/machines-qemu/qemu-place.ts";
import { waitForWord } from "../../provider/qemu/console-words.ts";
import type { GuestProcess } from "../../provider/qemu/guest-process.ts";
import { ensureGuest } from "../../setup/guest/ensure-guest.mjs";
import { quiet } from "../engine/fixture.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { describeWith } from "../qemu/installed.ts";
import { endProcessesOf, guestParts } from "../qemu/small-guest.ts";
import type { GuestStatus } from "./live-guest.ts";
import { libvirtPrograms, SessionLibvirt } from "./session-libvirt.ts";

const bootMs = 600_000;

describeWith(libvirtPrograms, "a Debian that libvirt runs", () => {
  let libvirt: SessionLibvirt;
  let site: FlowSite;
  let place: string;
  beforeAll(async () => {
    const { osImage, dataImage } = await ensureGuest();
    libvirt = await SessionLibvirt.start();
    place = libvirt.define("web1", {
      disks: ["vda", "vdb"],
      images: { vda: osImage, vdb: dataImage },
      memoryMiB: 192,
      devices: `<serial type="file"><source path="${libvirt.imagePath("web1", "console")}"/></serial>
        <channel type="unix"><target type="virtio" name="org.qemu.guest_agent.0"/></channel>`,
    });
    site = await FlowSite.make({ flow: "S3", machines: [], inventory: libvirt.uri });
    await site.changePolicy({
      instanceType: "HyperVReplicaAzure",
      replicationInterval: 300,
      applicationConsistentSnapshotFrequencyInHours: 1,
    });
  });
  afterAll(async () => {
    await endProcessesOf(site.folder);
    site.remove();
    await libvirt.close();
  });

  const linesOf = (name: string): string[] =>
    fs.readFileSync(libvirt.imagePath("web1", name), "latin1").trim().split(/\r?\n/);
  /** What the guest's agent answers. */
  const agent = (execute: string, words: object): unknown => {
    const command = JSON.stringify({ execute, arguments: words });
    return (JSON.parse(libvirt.virsh("qemu-agent-command", "web1", command)) as { return: unknown }).return;
  };
  /**
   * The number of the last record that the guest's application has acknowledged. It is asked of the agent: of a virtio port that
   * a guest opens and closes all the time libvirt 9.0 hears so much that it ends backups late.
   */
  const acknowledged = async (): Promise<number> => {
    const words = { path: "/bin/cat", arg: ["/run/last"], "capture-output": true };
    const { pid } = agent("guest-exec", words) as { pid: number };
    for (;;) {
      const status = agent("guest-exec-status", { pid }) as { exited: boolean; "out-data"?: string };
      if (status.exited) return Number(Buffer.from(status["out-data"] ?? "", "base64").toString());
      await guestParts.clock.sleep(200);
    }
  };
  const writesOn = async (): Promise<void> => {
    const now = await acknowledged();
    await expect.poll(acknowledged, { timeout: bootMs, interval: 1000 }).toBeGreaterThan(now + 5);
  };
  const replicate = (): Promise<object | undefined> => site.engine.replicate(site.itemId(), quiet);

  it("is protected while it writes, by points that its agent froze it for, and by deltas", async () => {
    await libvirt.machines().start(place);
    await expect
      .poll(() => linesOf("console").some((line) => line.startsWith("UP ")), { timeout: bootMs })
      .toBe(true);
    await writesOn();
    await site.protect();
    await writesOn();
    const cycle = await replicate();
    expect(cycle).not.toHaveProperty("resyncReason");
    expect(cycle).toMatchObject({ blocksSent: expect.any(Number) as number });
    const points = await site.engine.recoveryPoints(site.itemId());
    expect(points.map(({ kind }) => kind)).toContain("AppConsistent");
    expect(site.item().details).not.toHaveProperty("consistencyFailure");
    // It was thawed.
    await writesOn();
  });

  it("is shut down, and runs on in QEMU with each record that it has acknowledged", async () => {
    const before = await acknowledged();
    await site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
    expect(await libvirt.machines().powerState(place)).toBe("off");
    const { folder } = site.item().details.recoveryMachine!;
    const guest: GuestProcess = runningGuest(guestParts, qemuPlaceOf(guestParts.files, folder)!)!;
    const line = await waitForWord({
      console: guest.console,
      machine: guest.machine,
      clock: guestParts.clock,
      isRunning: () => guest.isAlive(),
      timeoutMs: bootMs,
      word: /^STATUS /,
    });
    const status = JSON.parse(line.slice("STATUS ".length)) as GuestStatus;
    expect(status).toMatchObject({ osBad: 0, dataBad: 0, writeOrder: "ok", fileSystemErrors: 0 });
    // It was shut down, not ended.
    expect(status.journalsRecovered).toBe(0);
    expect(status.dataRecord).toBeGreaterThanOrEqual(before);
  });
});
