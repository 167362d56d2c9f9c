import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import type { GuestProcess } from "../../provider/qemu/guest-process.ts";
import { shutDownGuest } from "../../provider/qemu/shut-down-guest.ts";
import { describeWith } from "../qemu/installed.ts";
import { LiveGuest } from "./live-guest.ts";

describeWith(["qemu-system-x86_64"], "a machine that runs", () => {
  let live: LiveGuest;
  let guest: GuestProcess;
  beforeAll(async () => {
    live = await LiveGuest.make();
  });
  afterAll(() => live?.close());

  it("boots to its word, though the process that started it was killed, and is found again", async () => {
    const script = fileURLToPath(new URL("start-machine.ts", import.meta.url));
    const words = [script, live.runFolder, JSON.stringify(live.machine())];
    const starter = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
    await once(starter.stdout, "data");
    starter.kill("SIGKILL");
    await once(starter, "exit");
    guest = live.find();
    expect(await guest.power()).toEqual({ power: "running" });
    expect(await live.up(guest)).toMatchObject({
      machine: "guest",
      osRecord: 0,
      dataRecord: 0,
      fileSystemErrors: 0,
    });
    expect(await guest.power()).toEqual({ power: "running" });
  });

  it("answers over HTTP and by its agent, which runs programs in it", async () => {
    expect(JSON.parse(await live.get("/cgi-bin/status"))).toMatchObject({ machine: "guest" });
    const agent = await guest.agent();
    await agent.ping();
    expect(await agent.systemInfo()).toMatchObject({ id: "debian", prettyName: "Guest for tests" });
    expect(await agent.networkInterfaces()).toContainEqual(
      expect.objectContaining({ name: "eth0", addresses: [{ address: "10.0.2.15", prefixLength: 24 }] }),
    );
    expect(await agent.run(["/bin/cat", "/etc/hostname", "/absent"])).toEqual({
      exitCode: 1,
      output: "guest\n",
      errorOutput: "cat: can't open '/absent': No such file or directory\n",
      isCut: false,
    });
    await expect(agent.run(["/bin/absent"])).rejects.toMatchObject({ code: "JobFailed", target: "web1" });
    await expect(agent.run(["/bin/sleep", "600"], { timeoutMs: 1 })).rejects.toThrow(
      "has not ended after 0.001 s",
    );
    agent.close();
  });

  it("acknowledges no record while it is frozen, and goes on when it is thawed", async () => {
    const agent = await guest.agent();
    await expect.poll(() => live.acknowledged(), { timeout: 120_000 }).toBeGreaterThan(0);
    expect(await agent.freeze()).toBe(2);
    const frozenAt = live.acknowledged();
    try {
      expect(await agent.isFrozen()).toBe(true);
      await systemClock.sleep(1000);
      expect(live.acknowledged()).toBe(frozenAt);
    } finally {
      expect(await agent.thaw()).toBe(2);
    }
    expect(await agent.isFrozen()).toBe(false);
    await expect.poll(() => live.acknowledged(), { timeout: 120_000 }).toBeGreaterThan(frozenAt);
    agent.close();
  });

  it("has crashed when its QEMU is killed, and holds what it acknowledged when it is started again", async () => {
    guest.signal("SIGKILL");
    expect(await guest.hasEnded(60_000)).toBe(true);
    expect(await guest.power()).toEqual({ power: "crashed", how: "QEMU was killed" });
    const acknowledged = live.acknowledged();
    guest = await live.start();
    const found = await live.up(guest);
    expect(found).toMatchObject({ osBad: 0, dataBad: 0, writeOrder: "ok", consistency: "crash" });
    expect(found.dataRecord).toBeGreaterThanOrEqual(acknowledged);
  });

  it("is shut down by its agent, and is off", async () => {
    expect(await shutDownGuest(guest, { withinMs: 600_000, thenForce: false })).toBe("agent");
    expect(await guest.power()).toEqual({ power: "off" });
    expect(guest.console.lastLines(1)[0]).toContain("reboot: Power down");
  });
});
