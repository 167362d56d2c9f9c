/** Ranges of IP addresses in CIDR notation. */
import { BlockList, isIP } from "node:net";

export interface AddressRange {
  readonly text: string;
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

/** `10.0.0.0/16`, or nothing when it is no range. */
export function parseRange(text: string): AddressRange | undefined {
  const [, address = "", digits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  const prefix = Number(digits);
  if (version === 0 || prefix > (version === 4 ? 32 : 128)) return undefined;
  return { text, address, prefix, family: version === 4 ? "ipv4" : "ipv6" };
}

export function contains(outer: AddressRange, inner: AddressRange): boolean {
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false;
  const list = new BlockList();
  list.addSubnet(outer.address, outer.prefix, outer.family);
  return list.check(inner.address, inner.family);
}

/** Azure keeps the first four addresses of a subnet and the last one. */
export function isReserved(subnet: AddressRange, address: string): boolean {
  if (subnet.family !== "ipv4") return false;
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - subnet.prefix);
  const place = number % size;
  return place < 4 || place === size - 1;
}
