/**
 * The mark of a domain: an element of ours in its metadata, which libvirt keeps and every other program leaves alone. It
 * names the domain's UUID, so that a clone, which gets another UUID, is known as a copy.
 */
import { escapeMarkup } from "../../escape-markup.ts";
import { at, attribute, textOf } from "../../machines/import/xml.ts";
import type { Clock } from "../../clock.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { FoundMark, MachineMark } from "../../model/machine-mark.ts";
import type { DomainPlace } from "./domain-place.ts";
import { readDomainXml } from "./read-domain.ts";
import { virsh } from "./virsh.ts";

/** The namespace of the element: a name, at which nothing is. */
const namespace = "urn:siterecovery:machine-mark:1";
const prefix = "siterecovery";
const element = "machine-mark";

function damaged({ place, uuid, uri }: DomainPlace): SiteRecoveryError {
  const message = said`The metadata of ${place}, which say whose machine it is, cannot be read. If you are sure which machine it is, remove them: virsh --connect ${uri} metadata ${uuid} ${namespace} --remove --config`;
  return new SiteRecoveryError("Damaged", message, { target: place });
}

/** `undefined` if the domain carries no mark. Throws `Damaged`. */
export async function readDomainMark(clock: Clock, place: DomainPlace): Promise<FoundMark | undefined> {
  const found = at(await readDomainXml(clock, place), "metadata", element);
  if (found === undefined) return undefined;
  try {
    const mark = JSON.parse(textOf(found) ?? "") as Partial<MachineMark>;
    if (typeof mark.machineId !== "string" || mark.machineId === "") throw damaged(place);
    return { ...(mark as MachineMark), isOriginal: attribute(found, "domain") === place.uuid };
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged(place);
    throw error;
  }
}

export async function writeDomainMark(clock: Clock, place: DomainPlace, mark: MachineMark): Promise<void> {
  const { machineId, madeBy, protectedBy, lastMove } = mark;
  const text = JSON.stringify({
    machineId,
    ...(madeBy ? { madeBy } : {}),
    ...(protectedBy ? { protectedBy } : {}),
    ...(lastMove ? { lastMove } : {}),
  });
  const xml = `<${element} domain="${place.uuid}">${escapeMarkup(text)}</${element}>`;
  const words = ["metadata", place.uuid, namespace, "--key", prefix, "--set", xml, "--config"];
  await virsh(clock, place.uri, words);
}
