/**
 * Whether a port of the guest accepts connections, asked over the port of this computer that is forwarded to it. QEMU
 * accepts a connection before it asks the guest: that it is open says nothing. QEMU's list of connections says more.
 */
import net from "node:net";
import type { Clock } from "../clock.ts";
import { isExpected } from "../errors.ts";
import type { GuestProcess } from "./guest-process.ts";

/** States of TCP in which the guest has agreed to a connection, and has not refused it. */
const agreed = new Set(["ESTABLISHED", "CLOSE_WAIT", "FIN_WAIT_1", "FIN_WAIT_2"]);
const pollMs = 100;

export interface ForwardedConnection {
  readonly state: string;
  /** Of this computer. */
  readonly hostPort: number;
  readonly guestPort: number;
}

/** The connections over TCP in what QEMU's monitor answers to `info usernet`, those that only listen left out. */
export function forwardedConnections(answer: string): ForwardedConnection[] {
  //   TCP[ESTABLISHED]  14       127.0.0.1 40123       10.0.2.15    80     0     0
  const row = /^\s*TCP\[(\w+)\]\s+\d+\s+\S+\s+(\d+)\s+\S+\s+(\d+)\s/gm;
  return [...answer.matchAll(row)]
    .map(([, state = "", hostPort, guestPort]) => ({
      state,
      hostPort: Number(hostPort),
      guestPort: Number(guestPort),
    }))
    .filter(({ state }) => state !== "HOST_FORWARD");
}

export interface AcceptWait {
  readonly guest: GuestProcess;
  readonly guestPort: number;
  readonly hostPort: number;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Opens one connection and says what became of it within `timeoutMs`: the guest accepted it, or why not. */
export async function tryConnection(wait: AcceptWait): Promise<"accepted" | { readonly why: string }> {
  const { guest, guestPort, hostPort, clock, timeoutMs, signal } = wait;
  const until = clock.monotonic() + timeoutMs;
  const socket = net.connect({ host: "127.0.0.1", port: hostPort });
  let closed: string | undefined;
  let hasData = false;
  socket.on("data", () => (hasData = true));
  socket.on("error", ({ message }) => (closed = message));
  socket.on("close", () => (closed ??= "the guest refused the connection"));
  try {
    let state = "no connection yet";
    for (;;) {
      if (hasData) return "accepted";
      if (closed !== undefined) return { why: closed };
      const found = await listed(guest);
      const own = found.filter((each) => each.hostPort === hostPort && each.guestPort === guestPort);
      if (own.some((each) => agreed.has(each.state))) return "accepted";
      state = own[0]?.state ?? state;
      if (clock.monotonic() >= until) return { why: `the guest does not answer (${state})` };
      await clock.sleep(pollMs, signal);
    }
  } finally {
    socket.destroy();
  }
}

async function listed(guest: GuestProcess): Promise<ForwardedConnection[]> {
  try {
    const question = { "command-line": "info usernet" };
    return forwardedConnections(
      await guest.withPower((qmp) => qmp.execute<string>("human-monitor-command", question)),
    );
  } catch (error) {
    // Another program asks QEMU at the moment, or it has ended: what watches the guest says so.
    if (!isExpected(error)) throw error;
    return [];
  }
}
