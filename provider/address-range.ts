/** IP addresses, and ranges of them in CIDR notation. */
import ipaddr from "ipaddr.js";

type Address = ReturnType<typeof ipaddr.parse>;

export interface AddressRange {
  /** As it was written. */
  readonly text: string;
  readonly address: Address;
  readonly prefix: number;
  /** The range in the form that Azure takes: with no bit set beyond its prefix, such as `10.0.0.0/16`. */
  readonly network: string;
}

/** What to say of a text that is no range. */
export const malformedRange = "is no address range; write it like 10.20.0.0/16";

/** An IPv4 address of four decimal numbers or an IPv6 address without a zone, or `undefined` if it is neither. */
export function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return !text.includes("%") && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

/** Reads `10.0.0.0/16`; `undefined` if it is no range, or one of IPv4 addresses written as IPv6. */
export function parseRange(text: string): AddressRange | undefined {
  const [written = "", digits = "", ...more] = text.split("/");
  const address = parseAddress(written);
  if (!address || more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(digits) || !ipaddr.isValidCIDR(text))
    return undefined;
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) return undefined;
  const prefix = Number(digits);
  const family = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  const network = `${family.networkAddressFromCIDR(text).toString()}/${prefix}`;
  return { text, address, prefix, network };
}

/** The range that holds one address and no other. */
export function singleAddress(address: Address): AddressRange {
  const text = address.toString();
  const prefix = address.kind() === "ipv4" ? 32 : 128;
  return { text, address, prefix, network: `${text}/${prefix}` };
}

/** Whether the bits beyond its prefix are all 0: Azure refuses a range such as `10.0.0.1/16`. */
export function startsAtItsNetwork({ address, prefix, network }: AddressRange): boolean {
  return `${address.toString()}/${prefix}` === network;
}

export function contains(outer: AddressRange, inner: AddressRange): boolean {
  if (outer.address.kind() !== inner.address.kind() || outer.prefix > inner.prefix) return false;
  return inner.address.match(outer.address, outer.prefix);
}

/** Whether two ranges have an address in common. */
export function overlap(one: AddressRange, other: AddressRange): boolean {
  return contains(one, other) || contains(other, one);
}

/** Azure keeps the first four addresses of a subnet and the last one. */
export function isReserved(subnet: AddressRange, address: Address): boolean {
  if (address.kind() !== "ipv4") return false;
  const number = address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);
  const size = 2 ** (32 - subnet.prefix);
  const place = number % size;
  return place < 4 || place === size - 1;
}
