/** The few frames of Ethernet that show where a network leads: questions of ARP, a datagram of UDP, and a TCP connection's first packet. */

import type { UserNetworkAddresses } from "./user-network-addresses.ts";

/** Of the station that asks: locally administered, and no address that QEMU gives to a card. */
const ownMac = Buffer.from("020000000063", "hex");
const [arp, ipv4] = [0x0806, 0x0800];
const [tcp, udp] = [6, 17];
const [synFlag, rstFlag] = [0x02, 0x04];

export type FrameAnswer = "arp" | "accepted" | "refused";

const bytesOf = (address: string): Buffer => Buffer.from(address.split(".").map(Number));

/** The one's complement sum of IP, TCP and UDP. */
function checksum(...parts: readonly Uint8Array[]): number {
  const bytes = Buffer.concat(parts);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes[at]! * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function ethernet(to: Uint8Array, type: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(14);
  header.set(to, 0);
  header.set(ownMac, 6);
  header.writeUInt16BE(type, 12);
  return Buffer.concat([header, payload]);
}

/** A station on QEMU's network that talks to this computer, as that network calls it. */
export class Station {
  readonly #own: Buffer;
  readonly #computer: Buffer;
  /** The card that answers for this computer: QEMU makes its address of the other. */
  readonly #computerMac: Buffer;

  constructor({ station, host }: UserNetworkAddresses) {
    this.#own = bytesOf(station);
    this.#computer = bytesOf(host);
    this.#computerMac = Buffer.concat([Buffer.from([0x52, 0x55]), this.#computer]);
  }

  /** Asks for the card of this computer. */
  arpQuestion(): Buffer {
    const fixed = Buffer.from("0001080006040001", "hex");
    const question = Buffer.concat([fixed, ownMac, this.#own, Buffer.alloc(6), this.#computer]);
    return ethernet(Buffer.alloc(6, 0xff), arp, question);
  }

  /** Asks this computer for a connection to a port of its own. */
  connectionRequest(fromPort: number, toPort: number): Buffer {
    const segment = Buffer.alloc(20);
    segment.writeUInt16BE(fromPort, 0);
    segment.writeUInt16BE(toPort, 2);
    segment.writeUInt8(segment.length << 2, 12);
    segment.writeUInt8(synFlag, 13);
    segment.writeUInt16BE(0xffff, 14);
    return this.#packet(tcp, segment, 16);
  }

  /** Sends this computer a datagram; `text` is of ASCII, and short. */
  datagram(fromPort: number, toPort: number, text: string): Buffer {
    const segment = Buffer.alloc(8 + text.length);
    segment.writeUInt16BE(fromPort, 0);
    segment.writeUInt16BE(toPort, 2);
    segment.writeUInt16BE(segment.length, 4);
    segment.write(text, 8, "latin1");
    return this.#packet(udp, segment, 6);
  }

  /** What a frame answers to the station's questions, or `undefined` for any other frame. */
  answerIn(frame: Buffer, fromPort: number): FrameAnswer | undefined {
    if (frame.length < 42) return undefined;
    const type = frame.readUInt16BE(12);
    if (type === arp) {
      const isAnswer = frame.readUInt16BE(20) === 2 && frame.subarray(28, 32).equals(this.#computer);
      return isAnswer && frame.subarray(38, 42).equals(this.#own) ? "arp" : undefined;
    }
    if (type !== ipv4 || frame.length < 54 || frame.readUInt8(23) !== tcp) return undefined;
    if (!frame.subarray(30, 34).equals(this.#own)) return undefined;
    const segment = frame.subarray(14 + (frame.readUInt8(14) & 0x0f) * 4);
    if (segment.length < 20 || segment.readUInt16BE(2) !== fromPort) return undefined;
    const flags = segment.readUInt8(13);
    if ((flags & rstFlag) !== 0) return "refused";
    return (flags & synFlag) !== 0 ? "accepted" : undefined;
  }

  #packet(protocol: number, segment: Buffer, checksumAt: number): Buffer {
    const pseudo = Buffer.from([...this.#own, ...this.#computer, 0, protocol, 0, segment.length]);
    segment.writeUInt16BE(checksum(pseudo, segment), checksumAt);
    const header = Buffer.alloc(20);
    header.set([0x45, 0, 0, header.length + segment.length, 0, 1, 0, 0, 64, protocol]);
    header.set(this.#own, 12);
    header.set(this.#computer, 16);
    header.writeUInt16BE(checksum(header), 10);
    return ethernet(this.#computerMac, ipv4, Buffer.concat([header, segment]));
  }
}
