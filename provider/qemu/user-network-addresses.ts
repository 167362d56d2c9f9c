/** The addresses of QEMU's user network: of the machine on it, and of what answers there for this computer. */

export interface UserNetworkAddresses {
  /** `10.0.0.0/24`. */
  readonly network: string;
  /** What this computer is called there. */
  readonly host: string;
  readonly nameServer: string;
  /** Of the station that tries where the network leads. */
  readonly station: string;
  /** What it gets by DHCP; forwarded ports lead there. */
  readonly machine: string;
}

/** QEMU's own choice. */
export const defaultAddresses: UserNetworkAddresses = {
  network: "10.0.2.0/24",
  host: "10.0.2.2",
  nameServer: "10.0.2.3",
  station: "10.0.2.99",
  machine: "10.0.2.15",
};

/** Those that are not the machine's are from here downwards: routers are at either end of a network. */
const highest = 253;

/**
 * A network of 256 addresses around that of a machine, which keeps its own; `undefined` if it is none of IPv4, or the first or
 * last of its network.
 */
export function addressesAround(machine: string): UserNetworkAddresses | undefined {
  const parts = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.(\d{1,3})$/.exec(machine);
  if (parts === null) return undefined;
  const [, start = "", last = ""] = parts;
  const own = Number(last);
  if (own < 1 || own > 254) return undefined;
  const [host, nameServer, station] = [0, 1, 2, 3]
    .map((down) => highest - down)
    .filter((number) => number !== own)
    .map((number) => `${start}.${number}`) as [string, string, string];
  return { network: `${start}.0/24`, host, nameServer, station, machine };
}
