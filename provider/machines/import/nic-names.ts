/** Networks and hardware addresses as machine.yaml writes them, from what hypervisors have. */

/** Groups of two digits with colons; `undefined` for what is no hardware address. */
export function macOf(text: string | undefined): string | undefined {
  const digits = (text ?? "").replaceAll(/[:.-]/g, "").toLowerCase();
  return /^[0-9a-f]{12}$/.test(digits) ? digits.match(/../g)!.join(":") : undefined;
}

/** A legal name for a network. */
export function networkName(network: string): string {
  const legal = network.replaceAll(/[^A-Za-z0-9_.-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "");
  return legal === "" ? "production" : legal;
}
