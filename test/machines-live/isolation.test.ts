import net from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { GuestProcess } from "../../provider/qemu/guest-process.ts";
import { shutDownGuest } from "../../provider/qemu/shut-down-guest.ts";
import { describeWith } from "../qemu/installed.ts";
import { LiveGuest } from "./live-guest.ts";

/** QEMU's network: this computer, and its name server, as the guest would reach them. */
const thisComputer = "10.0.2.2";
const nameServer = "10.0.2.3:53";

describeWith(["qemu-system-x86_64"], "the network of a machine", () => {
  let listener: net.Server;
  let connections = 0;
  beforeAll(async () => {
    listener = net.createServer((socket) => {
      connections += 1;
      socket.on("error", () => undefined);
      socket.end("hello\n");
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => listener.close());

  /** What the guest reaches, and what reached this computer from it. */
  async function reached(live: LiveGuest): Promise<string[]> {
    connections = 0;
    const { port } = listener.address() as net.AddressInfo;
    const answers: string[] = [];
    for (const to of [`${thisComputer}:${port}`, nameServer]) {
      answers.push((await live.get(`/cgi-bin/reach?${to}`)).trim());
    }
    return [...answers, `${connections} came`];
  }

  async function withGuest(
    live: LiveGuest,
    machine: ReturnType<LiveGuest["machine"]>,
    work: (guest: GuestProcess) => Promise<void>,
  ): Promise<void> {
    try {
      const guest = await live.start(machine);
      await live.up(guest);
      await work(guest);
    } finally {
      await live.close();
    }
  }

  it("that is isolated leads nowhere, and is reached from this computer (UEFI)", async () => {
    const live = await LiveGuest.make();
    await withGuest(live, live.machine({ firmware: "uefi", isIsolated: true }), async () => {
      expect(await reached(live)).toEqual(["unreachable", "unreachable", "0 came"]);
      expect(JSON.parse(await live.get("/cgi-bin/status"))).toMatchObject({ machine: "guest" });
    });
  });

  it("that is not isolated leads out, which shows that the other test sees something (BIOS)", async () => {
    const live = await LiveGuest.make();
    await withGuest(live, live.machine({ isIsolated: false }), async (guest) => {
      expect((await reached(live))[0]).toBe("reached");
      expect(connections).toBe(1);
      // Without its agent, a guest is shut down by the power button.
      const agent = await guest.agent();
      await agent.run(["/bin/killall", "qemu-ga"]).catch(() => undefined);
      agent.close();
      expect(await shutDownGuest(guest, { withinMs: 300_000, thenForce: false })).toBe("power-button");
      expect(await guest.power()).toEqual({ power: "off" });
    });
  });
});
