/** QEMU's own network as arguments of its command line. A hub lets another port in, at which is proven where it leads. */
import { hubId } from "./frame-port.ts";
import type { QemuNetwork } from "./qemu-machine.ts";

/** The user network on a hub, without a card. */
export function hubArguments({ isIsolated, forwards }: Omit<QemuNetwork, "macAddress">): string[] {
  return [
    ...userNetwork({ isIsolated, forwards }),
    "-netdev",
    `hubport,id=hub-user,hubid=${hubId},netdev=net0`,
  ];
}

/** A card on the user network: that of an isolated machine by the hub. */
export function networkArguments({ isIsolated, forwards, macAddress }: QemuNetwork): string[] {
  const mac = macAddress === undefined ? {} : { mac: macAddress };
  const card = (netdev: string): string[] => {
    // No option ROM: the machine never starts from the network.
    return ["-device", JSON.stringify({ driver: "virtio-net-pci", netdev, romfile: "", ...mac })];
  };
  if (!isIsolated) return [...userNetwork({ isIsolated, forwards }), ...card("net0")];
  const cardPort = ["-netdev", `hubport,id=hub-card,hubid=${hubId}`];
  return [...hubArguments({ isIsolated, forwards }), ...cardPort, ...card("hub-card")];
}

function userNetwork({ isIsolated, forwards }: Omit<QemuNetwork, "macAddress">): string[] {
  const options = [
    "user",
    "id=net0",
    `restrict=${isIsolated ? "on" : "off"}`,
    // Without an address it would listen to the whole network.
    ...forwards.map(({ hostPort, guestPort }) => `hostfwd=tcp:127.0.0.1:${hostPort}-:${guestPort}`),
  ];
  return ["-netdev", options.join(",")];
}
