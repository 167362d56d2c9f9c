/**
 * Places of vSphere: the address of a server with how it is reached, `vsphere://vc.example.org?credentials-file=/etc/vc`, and
 * for a machine also its instance UUID, after `#`, which no rename and no move between hosts changes. Nothing in it is secret.
 */
import { SiteRecoveryError } from "../../errors.ts";
import { plain, said } from "../../message.ts";
import type { VsphereSettings } from "../../vsphere/settings.ts";
import { parseVsphereUri, vsphereUriProblem } from "../../vsphere-uri.ts";

export interface VspherePlace {
  readonly inventory: string;
  readonly instanceUuid: string;
  /** Both as one text. */
  readonly place: string;
}

export function placeOfMachine(inventory: string, instanceUuid: string): VspherePlace {
  return { inventory, instanceUuid, place: `${inventory}#${instanceUuid}` };
}

/** Throws `InvalidInput` for a place that names no machine. */
export function machineAt(place: string): VspherePlace {
  const [, inventory, uuid] = /^(vsphere:\/\/[^#]+)#([0-9a-f-]{36})$/.exec(place) ?? [];
  if (inventory !== undefined && uuid !== undefined) return placeOfMachine(inventory, uuid);
  const message = said`${place} names no machine of vSphere. Write its server and its instance UUID: vsphere://vc.example.org?credentials-file=/etc/vc#<uuid>.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: place });
}

/** How the server of an inventory is reached. Throws `InvalidInput` for an address that says too little or too much. */
export function settingsOf(inventory: string): VsphereSettings {
  const problem = vsphereUriProblem(inventory);
  if (problem !== undefined) {
    const message = said`The address of a vSphere server ${plain(problem)}.`;
    throw new SiteRecoveryError("InvalidInput", message, { property: "inventory" });
  }
  const { host, values } = parseVsphereUri(inventory);
  const { "credentials-file": file, "credentials-env": variable } = values;
  const { "ca-file": certificateAuthorityFile, thumbprint } = values;
  return {
    host,
    credentials: file === undefined ? { environmentVariable: variable! } : { file },
    ...(certificateAuthorityFile === undefined ? {} : { certificateAuthorityFile }),
    ...(thumbprint === undefined ? {} : { thumbprint }),
  };
}
