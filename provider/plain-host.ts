/** A host as sockets take it: without the brackets that an IPv6 address has in URLs. */
export function plainHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}
