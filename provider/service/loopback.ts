import { isIP } from "node:net";
import { plainHost } from "../plain-host.ts";

/** Whether a host, as it is written in addresses, is this computer, whatever a name server says. */
export function isLoopbackName(host: string): boolean {
  const plain = plainHost(host).toLowerCase();
  if (plain === "localhost" || plain === "::1") return true;
  return isIP(plain) === 4 && plain.startsWith("127.");
}
