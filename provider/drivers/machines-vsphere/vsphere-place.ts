/**
 * Places of vSphere: the address of a server with how it is reached, `vsphere://vc.example.org?credentials-file=/etc/vc`, and
 * for a machine also its instance UUID, after `#`, which no rename and no move between hosts changes. Nothing in it is secret.
 */
import path from "node:path";
import { SiteRecoveryError } from "../../errors.ts";
import { plain, said } from "../../message.ts";
import type { VsphereSettings } from "../../vsphere/settings.ts";

const scheme = "vsphere://";
const names = ["credentials-file", "credentials-env", "ca-file", "thumbprint"] as const;

export interface VspherePlace {
  readonly inventory: string;
  readonly instanceUuid: string;
  /** Both as one text. */
  readonly place: string;
}

/** Whether a text is a place of vSphere. */
export function isVspherePlace(text: string): boolean {
  return text.startsWith(scheme);
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
  const [host = "", query = "", ...more] = inventory.slice(scheme.length).split("?");
  const given = new URLSearchParams(query);
  const wrong = (why: string): never => {
    const message = said`${scheme}${host} cannot be asked for machines: its address ${plain(why)}. Write vsphere://<host>?credentials-file=<absolute path>, and ca-file=<absolute path> or thumbprint=<SHA-256> beside it.`;
    throw new SiteRecoveryError("InvalidInput", message, {
      target: `${scheme}${host}`,
      property: "inventory",
    });
  };
  if (more.length > 0 || inventory.includes("#")) wrong("has a second ? or a #");
  for (const name of given.keys()) {
    if (!(names as readonly string[]).includes(name)) wrong("has a word that is none of " + names.join(", "));
    if (given.getAll(name).length > 1) wrong(`has ${name} twice`);
  }
  const { "credentials-file": file, "credentials-env": environmentVariable } = Object.fromEntries(given);
  const { "ca-file": certificateAuthorityFile, thumbprint } = Object.fromEntries(given);
  for (const one of [file, certificateAuthorityFile])
    if (one !== undefined && !path.isAbsolute(one)) wrong("has a path that is not absolute");
  if ((file === undefined) === (environmentVariable === undefined))
    wrong("must have one of credentials-file and credentials-env");
  return {
    host,
    credentials: file === undefined ? { environmentVariable: environmentVariable! } : { file },
    ...(certificateAuthorityFile === undefined ? {} : { certificateAuthorityFile }),
    ...(thumbprint === undefined ? {} : { thumbprint }),
  };
}
