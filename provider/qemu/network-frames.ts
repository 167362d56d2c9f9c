/** The few frames of Ethernet that show where a network leads: questions of ARP, a datagram of UDP, and a TCP connection's first packet. */

/** Of the station that asks: locally administered, and no address that QEMU gives to a card. */
const ownMac = Buffer.from("020000000063", "hex");
const ownAddress = Buffer.from([10, 0, 2, 99]);
/** What QEMU's user network calls this computer, and the card that answers for it. */
const computerAddress = Buffer.from([10, 0, 2, 2]);
const computerMac = Buffer.from("52550a000202", "hex");

const [arp, ipv4] = [0x0806, 0x0800];
const [tcp, udp] = [6, 17];
const [synFlag, rstFlag] = [0x02, 0x04];

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

/** Asks for the card of this computer. */
export function arpQuestion(): Buffer {
  const fixed = Buffer.from("0001080006040001", "hex");
  const question = Buffer.concat([fixed, ownMac, ownAddress, Buffer.alloc(6), computerAddress]);
  return ethernet(Buffer.alloc(6, 0xff), arp, question);
}

function packet(protocol: number, segment: Buffer, checksumAt: number): Buffer {
  const pseudo = Buffer.from([...ownAddress, ...computerAddress, 0, protocol, 0, segment.length]);
  segment.writeUInt16BE(checksum(pseudo, segment), checksumAt);
  const header = Buffer.alloc(20);
  header.set([0x45, 0, 0, header.length + segment.length, 0, 1, 0, 0, 64, protocol]);
  header.set(ownAddress, 12);
  header.set(computerAddress, 16);
  header.writeUInt16BE(checksum(header), 10);
  return ethernet(computerMac, ipv4, Buffer.concat([header, segment]));
}

/** Asks this computer for a connection to a port of its own. */
export function connectionRequest(fromPort: number, toPort: number): Buffer {
  const segment = Buffer.alloc(20);
  segment.writeUInt16BE(fromPort, 0);
  segment.writeUInt16BE(toPort, 2);
  segment.writeUInt8(segment.length << 2, 12);
  segment.writeUInt8(synFlag, 13);
  segment.writeUInt16BE(0xffff, 14);
  return packet(tcp, segment, 16);
}

/** Sends this computer a datagram; `text` is of ASCII, and short. */
export function datagram(fromPort: number, toPort: number, text: string): Buffer {
  const segment = Buffer.alloc(8 + text.length);
  segment.writeUInt16BE(fromPort, 0);
  segment.writeUInt16BE(toPort, 2);
  segment.writeUInt16BE(segment.length, 4);
  segment.write(text, 8, "latin1");
  return packet(udp, segment, 6);
}

export type FrameAnswer = "arp" | "accepted" | "refused";

/** What a frame answers to the station's questions, or `undefined` for any other frame. */
export function answerIn(frame: Buffer, fromPort: number): FrameAnswer | undefined {
  if (frame.length < 42) return undefined;
  const type = frame.readUInt16BE(12);
  if (type === arp) {
    const isAnswer = frame.readUInt16BE(20) === 2 && frame.subarray(28, 32).equals(computerAddress);
    return isAnswer && frame.subarray(38, 42).equals(ownAddress) ? "arp" : undefined;
  }
  if (type !== ipv4 || frame.length < 54 || frame.readUInt8(23) !== tcp) return undefined;
  if (!frame.subarray(30, 34).equals(ownAddress)) return undefined;
  const segment = frame.subarray(14 + (frame.readUInt8(14) & 0x0f) * 4);
  if (segment.length < 20 || segment.readUInt16BE(2) !== fromPort) return undefined;
  const flags = segment.readUInt8(13);
  if ((flags & rstFlag) !== 0) return "refused";
  return (flags & synFlag) !== 0 ? "accepted" : undefined;
}
