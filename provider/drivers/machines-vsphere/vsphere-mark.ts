/**
 * The mark of a machine of vSphere: an advanced setting of it (`extraConfig`), which vCenter keeps and the guest does not see. It
 * names the machine's instance UUID, so that a clone, which gets another one, is known as a copy.
 */
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { FoundMark, MachineMark } from "../../model/machine-mark.ts";
import { readSetting, writeSetting } from "../../vsphere/machine-settings.ts";
import type { ManagedObject } from "../../vsphere/soap-request.ts";
import type { VsphereSession } from "../../vsphere/vsphere-session.ts";
import type { VspherePlace } from "./vsphere-place.ts";

const key = "siterecovery.mark";

interface WrittenMark extends MachineMark {
  readonly instanceUuid: string;
}

function damaged({ place }: VspherePlace): SiteRecoveryError {
  const message = said`The advanced setting ${key} of ${place}, which says whose machine it is, cannot be read. If you are sure which machine it is, empty it in vCenter.`;
  return new SiteRecoveryError("Damaged", message, { target: place });
}

/** `undefined` if the machine carries no mark. Throws `Damaged`. */
export async function readVsphereMark(
  session: VsphereSession,
  machine: ManagedObject,
  place: VspherePlace,
): Promise<FoundMark | undefined> {
  const text = await readSetting(session, machine, key);
  if (text === undefined || text === "") return undefined;
  try {
    const { instanceUuid, ...mark } = JSON.parse(text) as Partial<WrittenMark>;
    if (typeof mark.machineId !== "string" || mark.machineId === "") throw damaged(place);
    return { ...(mark as MachineMark), isOriginal: instanceUuid === place.instanceUuid };
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged(place);
    throw error;
  }
}

export async function writeVsphereMark(
  session: VsphereSession,
  machine: ManagedObject,
  { instanceUuid }: VspherePlace,
  { machineId, madeBy, protectedBy, lastMove }: MachineMark,
): Promise<void> {
  const written: WrittenMark = {
    machineId,
    instanceUuid,
    ...(madeBy ? { madeBy } : {}),
    ...(protectedBy ? { protectedBy } : {}),
    ...(lastMove ? { lastMove } : {}),
  };
  await writeSetting(session, machine, { key, value: JSON.stringify(written) });
}
