/** A domain that is off, started for its disks to be read: its guest stands still from the first instruction on. */
import type { Clock } from "../../clock.ts";
import { at, readXml } from "../../machines/import/xml.ts";
import type { DomainPlace } from "./domain-place.ts";
import { domainState, forceOff, isOff, startDomain } from "./domain-power.ts";
import { virsh } from "./virsh.ts";

/** In the metadata of the run alone: it is gone when the run ends. */
const namespace = "urn:siterecovery:read-only-run:1";
const element = "read-only-run";

/** Whether a domain was started here to be read, perhaps by a process that has died. */
export async function isReadOnlyRun(clock: Clock, place: DomainPlace): Promise<boolean> {
  if ((await domainState(clock, place)) !== "paused") return false;
  const root = readXml(await virsh(clock, place.uri, ["dumpxml", place.uuid]));
  return at(root, "metadata", element) !== undefined;
}

/** Starts a domain that is off so. Returns whether it is to be ended after reading; a domain that runs is left as it is. */
export async function startForReading(clock: Clock, place: DomainPlace): Promise<boolean> {
  if (!(await isOff(clock, place))) return isReadOnlyRun(clock, place);
  await startDomain(clock, place, ["--paused"]);
  const { uri, uuid } = place;
  const words = [
    "metadata",
    uuid,
    namespace,
    "--key",
    "siterecovery-run",
    "--set",
    `<${element}/>`,
    "--live",
  ];
  try {
    await virsh(clock, uri, words);
  } catch (error) {
    // Without its mark nobody would end it.
    await forceOff(clock, place);
    throw error;
  }
  return true;
}
