/** The place of a libvirt domain: the address of its hypervisor and its UUID, which a rename leaves as it is. */
import { isHypervisorUri } from "../../hypervisor-uri.ts";

export interface DomainPlace {
  readonly uri: string;
  readonly uuid: string;
  /** Both as one text: `qemu:///system#4dea22b3-1d52-d8f3-2516-782e98ab3fa0`. */
  readonly place: string;
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function domainAt(uri: string, uuid: string): DomainPlace {
  return { uri, uuid, place: `${uri}#${uuid}` };
}

/** `undefined` for a place that is no domain's, such as a folder. */
export function domainOf(place: string): DomainPlace | undefined {
  const at = place.lastIndexOf("#");
  if (at === -1 || !isHypervisorUri(place)) return undefined;
  const uuid = place.slice(at + 1);
  return uuidPattern.test(uuid) ? domainAt(place.slice(0, at), uuid) : undefined;
}

/** Whether QEMU's sockets and the images of a hypervisor's machines are on this computer. */
export function isOnThisComputer({ uri }: Pick<DomainPlace, "uri">): boolean {
  return /^qemu(\+unix)?:\/\/\//.test(uri);
}
