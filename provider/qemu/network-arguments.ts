/** QEMU's own network as arguments of its command line. A hub lets another port in, at which is proven where it leads. */
import { hubId } from "./frame-port.ts";
import type { QemuNetwork } from "./qemu-machine.ts";

type UserNetwork = Pick<QemuNetwork, "isIsolated" | "forwards" | "addresses">;

/** The user network on a hub, without a card. */
export function hubArguments(network: UserNetwork): string[] {
  return [...userNetwork(network), ...hubPort("hub-user", "net0")];
}

/** A card on the user network: that of an isolated machine by the hub. */
export function networkArguments(network: QemuNetwork): string[] {
  const { isIsolated, macAddress } = network;
  const mac = macAddress === undefined ? {} : { mac: macAddress };
  const card = (netdev: string): string[] => {
    // No option ROM: the machine never starts from the network.
    return ["-device", JSON.stringify({ driver: "virtio-net-pci", netdev, romfile: "", ...mac })];
  };
  if (!isIsolated) return [...userNetwork(network), ...card("net0")];
  return [...hubArguments(network), ...hubPort("hub-card"), ...card("hub-card")];
}

function hubPort(id: string, netdev?: string): string[] {
  return ["-netdev", `hubport,id=${id},hubid=${hubId}${netdev === undefined ? "" : `,netdev=${netdev}`}`];
}

function userNetwork({ isIsolated, forwards, addresses }: UserNetwork): string[] {
  const own = addresses === undefined ? [] : [`net=${addresses.network}`, `host=${addresses.host}`];
  const others =
    addresses === undefined ? [] : [`dns=${addresses.nameServer}`, `dhcpstart=${addresses.machine}`];
  const options = [
    "user",
    "id=net0",
    ...own,
    ...others,
    `restrict=${isIsolated ? "on" : "off"}`,
    // Without an address it would listen to the whole network.
    ...forwards.map(
      ({ hostPort, guestPort }) =>
        `hostfwd=tcp:127.0.0.1:${hostPort}-${addresses?.machine ?? ""}:${guestPort}`,
    ),
  ];
  return ["-netdev", options.join(",")];
}
