/** What a station on a QEMU's network reaches of this computer, asked with real packets to listeners of this process. */
import dgram from "node:dgram";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import type { FileSystem } from "../blocks/file-system.ts";
import type { Clock } from "../clock.ts";
import { type Random, randomHex } from "../random.ts";
import { FramePort, type WithMonitor } from "./frame-port.ts";
import { type FrameAnswer, Station } from "./network-frames.ts";
import type { UserNetworkAddresses } from "./user-network-addresses.ts";

export interface Reached {
  /** Whether the network answered at all: without that the rest says nothing. */
  readonly hasAnswered: boolean;
  readonly isRefused: boolean;
  readonly byTcp: boolean;
  readonly byUdp: boolean;
  readonly seconds: number;
}

export interface ReachParts {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal | undefined;
}

const askAgainMs = 500;
const pollMs = 20;
/** What was refused may still come in by mistake of ours for as long. */
const settleMs = 500;
const firstPort = 40_000;
const ports = 20_000;

interface Listeners {
  readonly tcpPort: number;
  readonly udpPort: number;
  tcp(): boolean;
  udp(): boolean;
  close(): void;
}

async function listen(word: string): Promise<Listeners> {
  let [byTcp, byUdp] = [false, false];
  const server = net.createServer((socket) => {
    byTcp = true;
    socket.on("error", () => undefined);
    socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  const socket = dgram.createSocket("udp4", (message) => {
    if (message.toString("latin1") === word) byUdp = true;
  });
  socket.bind(0, "127.0.0.1");
  await Promise.all([once(server, "listening"), once(socket, "listening")]);
  return {
    tcpPort: (server.address() as AddressInfo).port,
    udpPort: socket.address().port,
    tcp: () => byTcp,
    udp: () => byUdp,
    close: () => {
      server.close();
      socket.close();
    },
  };
}

/**
 * Asks until both listeners were reached, the network refuses, or `timeoutMs` are over. Throws what keeps it from asking.
 */
export async function reachFrom(
  withMonitor: WithMonitor,
  socketPath: string,
  { files, clock, random, signal }: ReachParts,
  { addresses, timeoutMs }: { readonly addresses: UserNetworkAddresses; readonly timeoutMs: number },
): Promise<Reached> {
  const fromPort = firstPort + random.integer(ports);
  const station = new Station(addresses);
  const word = randomHex(random, 16);
  const listeners = await listen(word);
  const answers = new Set<FrameAnswer>();
  try {
    const port = await FramePort.open(withMonitor, files, socketPath, clock, (frame) => {
      const answer = station.answerIn(frame, fromPort);
      if (answer !== undefined) answers.add(answer);
    });
    try {
      const began = clock.monotonic();
      const passed = (): number => clock.monotonic() - began;
      const isAll = (): boolean => listeners.tcp() && listeners.udp();
      let [askedAt, isAsked] = [-askAgainMs, false];
      for (; passed() < timeoutMs && !isAll() && !answers.has("refused"); await clock.sleep(pollMs, signal)) {
        const isKnown = answers.has("arp");
        if (passed() - askedAt < askAgainMs && isKnown === isAsked) continue;
        [askedAt, isAsked] = [passed(), isKnown];
        if (!isKnown) port.send(station.arpQuestion());
        if (!isKnown) continue;
        // The datagram goes before the connection: once that is refused, the datagram was looked at.
        port.send(station.datagram(fromPort, listeners.udpPort, word));
        port.send(station.connectionRequest(fromPort, listeners.tcpPort));
      }
      if (answers.has("refused")) await clock.sleep(settleMs, signal);
      return {
        hasAnswered: answers.has("arp"),
        isRefused: answers.has("refused"),
        byTcp: listeners.tcp(),
        byUdp: listeners.udp(),
        seconds: Math.round(passed()) / 1000,
      };
    } finally {
      await port.close();
    }
  } finally {
    listeners.close();
  }
}
