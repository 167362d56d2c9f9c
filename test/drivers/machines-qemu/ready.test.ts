/** What a machine is asked after its start, with a QEMU, an agent and a web server that the test plays. */
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { probesOf } from "../../../provider/drivers/machines-qemu/probes.ts";
import { timeSaid } from "../../../provider/drivers/machines-qemu/last-write.ts";
import type { GuestEvidence } from "../../../provider/model/guest-evidence.ts";
import { measuredLoss } from "../../../provider/model/measured-loss.ts";
import { TurningClock } from "../../turning-clock.ts";
import { guestParts } from "../../qemu/small-guest.ts";
import { ScriptedGuest } from "./scripted-guest.ts";

let guest: ScriptedGuest;
beforeEach(() => {
  guest = new ScriptedGuest();
});
afterEach(() => guest.close());

const console = "^UP";
/** Parts whose clock runs as fast as something waits: what answers at once is heard, and no time limit takes its time. */
const hurried = (): typeof guestParts => ({ ...guestParts, clock: new TurningClock() });

describe("a machine that says that it works", () => {
  it("is asked for everything in its order, and each answer is kept with its time", async () => {
    guest.write("Linux boots\nUP 12.3\n");
    guest.write("starting\nREADY all services\n", "app.ready");
    await guest.serve((_, response) => response.end("shop is open"));
    const { hostPort } = guest.forwards[0]!;
    guest.qemu["human-monitor-command"] = () =>
      `Hub -1 (net0):\r\n  TCP[HOST_FORWARD] 10 127.0.0.1 ${hostPort} 10.0.2.15 80 0 0\r\n` +
      `  TCP[ESTABLISHED] 12 127.0.0.1 ${hostPort} 10.0.2.15 80 0 0\r\n`;
    guest.runsPrograms((command) => ({ exitcode: 0, output: `${command.join(" ")} ran\n` }));
    const script = { command: ["/bin/sh", "-c", 'echo "$SITERECOVERY_MACHINE $SITERECOVERY_PORT_80"'] };
    const evidence = await guest.whenReady({
      ...{ console, agent: true, channel: { name: "app.ready", success: "^READY" }, tcp: { port: 80 } },
      ...{ http: { port: 80, path: "/health", body: "open$" }, check: ["/bin/ok", "now"], script },
      withinSeconds: 7200,
    });
    expect(evidence!.probes.map(({ kind, name, output }) => [kind, name, output])).toEqual([
      ["console", "word on the console", "UP 12.3"],
      ["agent", "the guest agent answers", "it answers"],
      ["channel", "word on the channel app.ready", "READY all services"],
      ["tcp", "port 80", "the guest accepts connections"],
      ["http", "GET :80/health", "status 200\nshop is open"],
      ["check", "/bin/ok now", "/bin/ok now ran\n"],
      ["script", script.command.join(" "), `web1 ${hostPort}`],
    ]);
    const times = evidence!.probes.map(({ afterSeconds }) => afterSeconds);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(evidence).toMatchObject({ word: "UP 12.3", readyAfterSeconds: times.at(-1) });
    for (const { passedAt } of evidence!.probes) expect(Date.now() - passedAt).toBeLessThan(600_000);
  });

  it("is asked for what its definition has, and for nothing else", () => {
    expect(probesOf({})).toEqual([]);
    expect(probesOf({ agent: false })).toEqual([]);
    expect(probesOf({ check: ["a"], console: "b" }).map(({ kind }) => kind)).toEqual(["console", "check"]);
  });

  it("is waited for: a page that is not right at first is asked for again, over a connection of its own", async () => {
    guest.write("UP 1\n");
    let times = 0;
    const ports = new Set<number | undefined>();
    await guest.serve((request, response) => {
      times += 1;
      ports.add(request.socket.remotePort);
      response.writeHead(times < 3 ? 503 : 204).end();
    });
    const ready = { console, http: { port: 80, status: 204 }, withinSeconds: 7200 };
    const evidence = await guest.whenReady(ready, { parts: hurried() });
    expect(evidence!.probes[1]!.output).toBe("status 204");
    expect([times, ports.size]).toEqual([3, 3]);
    // Two gaps of two seconds.
    expect(evidence!.readyAfterSeconds).toBeGreaterThanOrEqual(4);
  });

  it("that no word announces is left to boot before the first question over the network", async () => {
    await guest.serve((_, response) => response.end());
    const evidence = await guest.whenReady({ http: { port: 80 }, withinSeconds: 7200 }, { parts: hurried() });
    expect(evidence!.probes[0]!.afterSeconds).toBeGreaterThanOrEqual(10);
  });
});

describe("a drill's machine that says what it held last", () => {
  const ready = { console, lastWrite: { console: '"lastWrite":"([^"]+)"' }, withinSeconds: 7200 };

  it("says it on its console, after it works", async () => {
    guest.write('STATUS {"lastWrite":"2026-01-31T12:00:00Z"}\nUP 1\n');
    const evidence = await guest.whenReady(ready, { isDrill: true });
    expect(evidence!.lastWriteAt).toBe(Date.UTC(2026, 0, 31, 12));
    expect(evidence!.probes[1]).toMatchObject({ kind: "lastWrite", output: "2026-01-31T12:00:00Z" });
    expect(evidence!.readyAt).toBe(evidence!.probes[0]!.passedAt);
    expect(evidence!.readyAfterSeconds).toBe(evidence!.probes[0]!.afterSeconds);
    // No network of QEMU's is behind what the test plays.
    expect(evidence!.isolation).toMatchObject({ result: "notProven" });
  });

  it("says it by a program in it; another machine is not asked", async () => {
    guest.runsPrograms(() => ({ exitcode: 0, output: "1769860800\n" }));
    const lastWrite = { check: ["/bin/last-write"] };
    const evidence = await guest.whenReady({ lastWrite, withinSeconds: 7200 }, { isDrill: true });
    expect(evidence!.lastWriteAt).toBe(Date.UTC(2026, 0, 31, 12));
    guest.close();
    guest = new ScriptedGuest();
    guest.write("UP 1\n");
    expect((await guest.whenReady(ready))!.probes.map(({ kind }) => kind)).toEqual(["console"]);
  });

  it("fails its drill with what it said if that is no time", async () => {
    guest.write('UP {"lastWrite":"yesterday"}\n');
    await expect(guest.whenReady(ready, { isDrill: true })).rejects.toThrow(
      'Machine web1 says that it last wrote at "yesterday", which is no time.',
    );
  });

  it.each([
    ["2026-01-31T12:00:00Z", Date.UTC(2026, 0, 31, 12)],
    [" 2026-01-31 13:00:00.250 +0100\n", Date.UTC(2026, 0, 31, 12) + 250],
    ["2026-01-31T12:00:00,5-00:30", Date.UTC(2026, 0, 31, 12, 30) + 500],
    ["1769860800.125", Date.UTC(2026, 0, 31, 12) + 125],
    ["2026-01-31T12:00:00", undefined],
    ["2026-13-31T12:00:00Z", undefined],
    ["", undefined],
    ["1769860800 s", undefined],
  ])("reads %j as a time with a zone, or as none", (text, time) => {
    expect(timeSaid(text)).toBe(time);
  });
});

describe("what a drill measures as lost", () => {
  const at = (seconds: number): number => seconds * 1000;
  const guestOf = (lastWriteAt: number): GuestEvidence => ({
    ...{ readyAfterSeconds: 1, readyAt: 0, probes: [], consoleLines: [], lastWriteAt },
  });

  it("is counted from what the guest says, or from its recovery point if that cannot be true", () => {
    const ofGuest = measuredLoss(at(100), at(90), guestOf(at(70)));
    expect(ofGuest).toEqual({ seconds: 30, from: "guest" });
    expect(measuredLoss(at(100), at(90), guestOf(at(95)))).toEqual({ seconds: 10, from: "recoveryPoint" });
    expect(measuredLoss(at(100), at(90), undefined)).toEqual({ seconds: 10, from: "recoveryPoint" });
    expect(measuredLoss(at(80), at(90), undefined).seconds).toBe(0);
  });
});

describe("a machine that does not work", () => {
  it("whose page is another one is an error with what it was", async () => {
    guest.write("UP 1\n");
    await guest.serve((_, response) => response.end("closed for the night"));
    const ready = { console, http: { port: 80, body: "open$" }, withinSeconds: 60 };
    await expect(guest.whenReady(ready, { parts: hurried() })).rejects.toThrow(
      /^Page \/ at port 80 of machine web1 was not as its machine\.yaml says within 60 s: \/open\$\/ is not in it: status 200\nclosed for the night/,
    );
  });

  it("whose port QEMU has taken a connection for, and the guest has not, is not ready", async () => {
    guest.write("UP 1\n");
    await guest.serve(() => undefined);
    const { hostPort } = guest.forwards[0]!;
    guest.qemu["human-monitor-command"] = () =>
      ` TCP[SYN_SENT] 12 127.0.0.1 ${hostPort} 10.0.2.15 80 0 0\r\n`;
    const waiting = guest.whenReady({ console, tcp: { port: 80 }, withinSeconds: 60 }, { parts: hurried() });
    await expect(waiting).rejects.toThrow("the guest does not answer (");
    await expect(waiting).rejects.toMatchObject({ code: "JobFailed", target: "web1" });
  });

  it("that says so on its channel is not waited for", async () => {
    guest.write("starting\nFAILED: database\n", "app.ready");
    const channel = { name: "app.ready", success: "^READY", failure: "^FAILED" };
    await expect(guest.whenReady({ channel, withinSeconds: 7200 })).rejects.toThrow(
      "Machine web1 says on its channel app.ready that it does not work. The last lines of its channel app.ready:\nstarting\nFAILED: database",
    );
  });

  it("that panics while something else is waited for is not waited for", async () => {
    guest.write("UP 1\n");
    await guest.serve((_, response) => {
      guest.write("Kernel panic - not syncing: VFS\n");
      response.writeHead(503).end();
    });
    const ready = { console, http: { port: 80 }, withinSeconds: 7200 };
    await expect(guest.whenReady(ready)).rejects.toThrow("has a kernel that panicked. The last lines");
  });

  it("whose script ends with another code, or does not end, or is not there, is an error that says so", async () => {
    const run = (command: string[], timeoutSeconds = 600): Promise<unknown> =>
      guest.whenReady({ script: { command, timeoutSeconds }, withinSeconds: 7200 });
    await expect(run(["/bin/sh", "-c", "echo no shop; exit 3"])).rejects.toThrow(
      /^The script \/bin\/sh that asks machine web1 failed: exit code 3\. It printed: no shop\. /,
    );
    guest.close();
    guest = new ScriptedGuest();
    await expect(run(["/bin/sleep", "600"], 1)).rejects.toThrow("it had not ended after 1 s");
    guest.close();
    guest = new ScriptedGuest();
    const absent = path.join(guest.folder, "absent");
    await expect(run([absent])).rejects.toThrow("ENOENT");
  });

  it("whose check ends with another code is an error with what it printed", async () => {
    guest.runsPrograms(() => ({ exitcode: 2, output: "inactive\n" }));
    await expect(guest.whenReady({ check: ["/bin/check"], withinSeconds: 7200 })).rejects.toThrow(
      /^The check in web1 ended with 2: inactive\. /,
    );
  });

  it("to which no port leads, though its definition has one now, is to be started again", async () => {
    guest.write("UP 1\n");
    await guest.serve(() => undefined);
    const { forwards } = guest;
    const ready = { console, http: { port: 81 }, withinSeconds: 60 };
    forwards.push({ hostPort: 1, guestPort: 81 });
    const waiting = guest.whenReady(ready, { runForwards: forwards.slice(0, 1) });
    await expect(waiting).rejects.toMatchObject({ code: "PrerequisitesNotMet" });
  });
});

describe("a machine.yaml whose ready cannot be asked", () => {
  it.each([
    [{ console: "(" }, "ready.console: '(' is no regular expression"],
    [{ channel: { name: "app.ready", success: "[" } }, "ready.channel.success: '[' is no regular expression"],
    [{ channel: { name: "other", success: "x" } }, "ready.channel.name: there is no channel 'other'"],
    [{ tcp: { port: 22 } }, "ready.tcp.port: no port leads to port 22 of the guest; add it to qemu.forwards"],
    [{ http: { port: 80, body: "*" } }, "ready.http.body: '*' is no regular expression"],
    [{ http: { port: 80, path: "a b" } }, "ready.http.path"],
  ])("%j is refused with its place", async (ready, text) => {
    await expect(guest.whenReady(ready)).rejects.toThrow(text);
  });
});
