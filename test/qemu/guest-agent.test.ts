import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../../provider/clock.ts";
import { connectGuestAgent, type GuestAgent } from "../../provider/qemu/guest-agent.ts";
import { ScriptedServer } from "./scripted-server.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

type Answers = Record<string, (given: Record<string, unknown>, send: (text: string) => void) => void>;

/** An agent of the test's, which answers synchronisations by itself. */
async function agentWith(
  answers: Answers,
): Promise<{ server: ScriptedServer; connect(): Promise<GuestAgent> }> {
  const synchronise: Answers[string] = (given, send) => send(`\xff{"return": ${String(given["id"])}}\n`);
  const server = await ScriptedServer.listen("", (asked, send) => {
    (answers[asked.execute] ?? synchronise)(asked.arguments, (text) => send(Buffer.from(text, "latin1")));
  });
  cleanups.push(() => server.close());
  const connect = async (): Promise<GuestAgent> => {
    const agent = await connectGuestAgent(server.socketPath, { machine: "web1" });
    cleanups.push(() => agent.close());
    return agent;
  };
  return { server, connect };
}

const returning =
  (value: unknown): Answers[string] =>
  (_, send) =>
    send(`${JSON.stringify({ return: value })}\n`);

describe("the guest agent", () => {
  it("is synchronised behind a byte that no JSON has, and what an earlier client asked is dropped", async () => {
    const { server, connect } = await agentWith({
      "guest-sync-delimited": ({ id }, send) =>
        send(`{"return": 7}\nrubbish\n\xff{"return": 1}\nhalf\xff{"return": ${String(id)}}\n`),
      "guest-ping": returning({}),
    });
    const agent = await connect();
    await agent.ping();
    expect(Buffer.concat(server.bytes)[0]).toBe(0xff);
    expect(server.asked.map(({ execute }) => execute)).toEqual(["guest-sync-delimited", "guest-ping"]);
  });

  it("freezes, says so, and thaws; a hook that fails is a refusal in the agent's words", async () => {
    const { connect } = await agentWith({
      "guest-fsfreeze-freeze": returning(2),
      "guest-fsfreeze-status": returning("frozen"),
      "guest-fsfreeze-thaw": (_, send) =>
        send(`{"error":{"class":"GenericError","desc":"fsfreeze hook has failed with status 1"}}\n`),
    });
    const agent = await connect();
    expect([await agent.freeze(), await agent.isFrozen()]).toEqual([2, true]);
    const refused = agent.thaw();
    await expect(refused).rejects.toMatchObject({ code: "JobFailed", target: "web1" });
    await expect(refused).rejects.toThrow("guest-fsfreeze-thaw: fsfreeze hook has failed with status 1.");
  });

  it("brings the line into step again after a command that was given up, whose answer comes late", async () => {
    let answerLate: (() => void) | undefined;
    const { server, connect } = await agentWith({
      "guest-fsfreeze-freeze": (_, send) => {
        answerLate = () => send(`{"return": 99}\n`);
      },
      "guest-sync-delimited": ({ id }, send) => {
        answerLate?.();
        send(`\xff{"return": ${String(id)}}\n`);
      },
      "guest-fsfreeze-thaw": returning(2),
    });
    const agent = await connect();
    const given = agent.freeze({ timeoutMs: 5 });
    await expect(given).rejects.toMatchObject({ code: "SourceUnreachable", target: "web1" });
    expect(await agent.thaw()).toBe(2);
    expect(server.asked.map(({ execute }) => execute)).toEqual([
      "guest-sync-delimited",
      "guest-fsfreeze-freeze",
      "guest-sync-delimited",
      "guest-fsfreeze-thaw",
    ]);
  });

  it("is not in step by the answer to an older synchronisation, which says nothing of what was asked since", async () => {
    const ids: unknown[] = [];
    const { connect } = await agentWith({
      "guest-sync-delimited": ({ id }, send) => {
        ids.push(id);
        const answer = `\xff{"return": ${String(id)}}\n`;
        if (ids.length === 1) return send(answer);
        send(`\xff{"return": ${String(ids[0])}}\n`);
        // The thaw is not asked before the freeze that was given up has had its answer.
        setTimeout(() => send(`{"return": 99}\n${answer}`), 30);
      },
      "guest-fsfreeze-freeze": () => undefined,
      "guest-fsfreeze-thaw": (given, send) => setTimeout(() => returning(2)(given, send), 60),
    });
    const agent = await connect();
    await expect(agent.freeze({ timeoutMs: 5 })).rejects.toMatchObject({ code: "SourceUnreachable" });
    expect(await agent.thaw()).toBe(2);
  });

  it("that has just started is asked again, and answers to what was asked before are dropped", async () => {
    const ids: unknown[] = [];
    const late = (id: unknown): string => `\xff{"return": ${String(id)}}\n`;
    const { server } = await agentWith({
      "guest-sync-delimited": ({ id }, send) => {
        ids.push(id);
        if (ids.length === 3) send(late(id));
      },
      "guest-ping": (_, send) => send(`${late(ids[0])}${late(ids[1])}{"return": {}}\n`),
    });
    const clock: Clock = {
      ...systemClock,
      // Between two trials no time passes; time limits are as they are.
      sleep: (milliseconds, signal) => systemClock.sleep(milliseconds === 1000 ? 1 : milliseconds, signal),
    };
    const agent = await connectGuestAgent(server.socketPath, { machine: "web1", clock });
    await agent.ping();
    expect(ids.length).toBeGreaterThanOrEqual(3);
    agent.close();
  });

  it("asks one thing at a time, and lets go of one that is stopped", async () => {
    const { connect } = await agentWith({
      "guest-ping": (_, send) => setImmediate(() => send(`{"return": {}}\n`)),
      "guest-fsfreeze-thaw": returning(3),
      "guest-fsfreeze-freeze": () => undefined,
    });
    const agent = await connect();
    expect(await Promise.all([agent.ping(), agent.thaw(), agent.ping()])).toEqual([undefined, 3, undefined]);
    const stop = new AbortController();
    const freeze = agent.freeze({ signal: stop.signal });
    const behind = agent.thaw();
    stop.abort(new Error("stopped"));
    await expect(freeze).rejects.toThrow("stopped");
    expect(await behind).toBe(3);
  });

  it("shuts down without an answer; a refusal and the end of the guest are told apart", async () => {
    const mode: unknown[] = [];
    const silent = await agentWith({ "guest-shutdown": (given) => void mode.push(given["mode"]) });
    const agent = await silent.connect();
    await agent.shutDown({ timeoutMs: 5 });
    const down = agent.shutDown();
    await expect.poll(() => mode).toEqual(["powerdown", "powerdown"]);
    silent.server.hangUp();
    await down;
    const refusing = await agentWith({
      "guest-shutdown": (_, send) => send(`{"error":{"class":"GenericError","desc":"no permission"}}\n`),
    });
    await expect((await refusing.connect()).shutDown()).rejects.toThrow("no permission");
  });

  it("runs a program in the guest to its end, with its output", async () => {
    const asked: unknown[] = [];
    let polls = 0;
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const { connect } = await agentWith({
      "guest-exec": (given, send) => {
        asked.push(given);
        returning({ pid: 41 })(given, send);
      },
      "guest-exec-status": (given, send) => {
        const ended = { exited: true, exitcode: 3, "out-data": base64("é\n"), "err-data": base64("no") };
        returning(++polls < 3 ? { exited: false } : ended)(given, send);
      },
    });
    const agent = await connect();
    const result = await agent.run(["/bin/cat", "a b"]);
    expect(result).toEqual({ exitCode: 3, output: "é\n", errorOutput: "no", isCut: false });
    expect(asked).toEqual([{ path: "/bin/cat", arg: ["a b"], "capture-output": true }]);
    polls = -10_000;
    await expect(agent.run(["/bin/cat"], { timeoutMs: 5 })).rejects.toThrow("has not ended after 0.005 s");
  });

  it("tells the guest's network and system, and leaves out what the guest does not say", async () => {
    const { connect } = await agentWith({
      "guest-network-get-interfaces": returning([
        { name: "lo", "ip-addresses": [{ "ip-address": "127.0.0.1", "ip-address-type": "ipv4", prefix: 8 }] },
        { name: "eth0", "hardware-address": "52:54:00:12:34:56" },
      ]),
      "guest-get-osinfo": returning({ id: "debian", "kernel-release": "6.1", "pretty-name": 7 }),
    });
    const agent = await connect();
    expect(await agent.networkInterfaces()).toEqual([
      { name: "lo", addresses: [{ address: "127.0.0.1", prefixLength: 8 }] },
      { name: "eth0", macAddress: "52:54:00:12:34:56", addresses: [] },
    ]);
    expect(await agent.systemInfo()).toEqual({ id: "debian", kernelRelease: "6.1" });
  });

  it.each([
    ["guest-fsfreeze-freeze", "2", (agent: GuestAgent) => agent.freeze(), "JobFailed"],
    ["guest-fsfreeze-status", 1, (agent: GuestAgent) => agent.isFrozen(), "JobFailed"],
    ["guest-network-get-interfaces", {}, (agent: GuestAgent) => agent.networkInterfaces(), "JobFailed"],
    ["guest-get-osinfo", [], (agent: GuestAgent) => agent.systemInfo(), "JobFailed"],
    ["guest-exec", {}, (agent: GuestAgent) => agent.run(["/bin/true"]), "JobFailed"],
  ])("is not believed when it answers %s with %j", async (command, value, call, code) => {
    const { connect } = await agentWith({ [command]: returning(value) });
    await expect(call(await connect())).rejects.toMatchObject({ code, target: "web1" });
  });

  it("is unreachable when it says what is no JSON, hangs up, does not answer, or has no socket", async () => {
    const unreachable = { code: "SourceUnreachable", target: "web1" };
    const { server, connect } = await agentWith({
      "guest-ping": (_, send) => send("{\n"),
      "guest-fsfreeze-thaw": () => server.hangUp(),
    });
    const agent = await connect();
    await expect(agent.ping()).rejects.toMatchObject(unreachable);
    await expect(agent.thaw()).rejects.toMatchObject(unreachable);
    await expect(agent.ping()).rejects.toMatchObject(unreachable);
    const mute = await ScriptedServer.listen("", () => undefined);
    cleanups.push(() => mute.close());
    const options = { machine: "web1", timeoutMs: 20 };
    await expect(connectGuestAgent(mute.socketPath, options)).rejects.toThrow(
      "Check that qemu-guest-agent runs",
    );
    const absent = path.join(path.dirname(mute.socketPath), "none");
    await expect(connectGuestAgent(absent, options)).rejects.toMatchObject(unreachable);
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(connectGuestAgent(mute.socketPath, { ...options, signal })).rejects.toThrow("stopped");
  });
});
