/** Changed block tracking: which areas of a disk have changed since an earlier instant. */
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { SoapElement } from "./soap-answer.ts";
import type { ManagedObject } from "./soap-request.ts";
import { runTask } from "./tasks.ts";
import type { VirtualDisk, VirtualMachine } from "./virtual-machine.ts";
import type { VsphereSession } from "./vsphere-session.ts";

/** In bytes. */
export interface ChangedArea {
  readonly offset: number;
  readonly length: number;
}

/** Which change ids are of one unbroken history: `52 de c0 d9 …/4` is the fourth of the history before the stroke. */
export interface ChangeId {
  readonly history: string;
  readonly sequence: bigint;
}

/** `undefined` for a text of another form, and for `*`, which means all that is in use. */
export function parseChangeId(text: string): ChangeId | undefined {
  const [, history, sequence] = /^([0-9A-Fa-f -]{16,100})\/(\d{1,19})$/.exec(text) ?? [];
  if (history === undefined || sequence === undefined) return undefined;
  return { history: history.trim().toLowerCase(), sequence: BigInt(sequence) };
}

/**
 * Turns change tracking on. It begins with the next snapshot or power cycle, whichever is first. On already is fine. Throws
 * `PrerequisitesNotMet` for a machine that has snapshots, or whose virtual hardware cannot do it.
 */
export async function enableChangeTracking(
  session: VsphereSession,
  { object, name, changeTracking, snapshots }: VirtualMachine,
  signal?: AbortSignal,
): Promise<void> {
  if (changeTracking.isEnabled) return;
  const refuse = (why: ReturnType<typeof said>): never => {
    throw new SiteRecoveryError("PrerequisitesNotMet", said`Changes of ${name} cannot be tracked: ${why}`, {
      target: name,
    });
  };
  if (!changeTracking.isSupported)
    refuse(said`its virtual hardware is too old. Upgrade its compatibility in vCenter.`);
  if (snapshots.length > 0) {
    refuse(
      said`it has the snapshot ${snapshots[0]!.name}, whose disks it would not be true for. Remove its snapshots first.`,
    );
  }
  await runTask(session, {
    method: "ReconfigVM_Task",
    target: object,
    parameters: { spec: { changeTrackingEnabled: true } },
    what: said`track the changes of ${name}`,
    signal,
  });
}

export interface ChangeQuery {
  readonly machine: ManagedObject;
  readonly snapshot: ManagedObject;
  readonly disk: Pick<VirtualDisk, "key" | "sizeBytes">;
  /** A change id of an earlier snapshot; `*` asks for all areas that are in use. */
  readonly since: string;
  readonly signal?: AbortSignal | undefined;
}

/** No answer covers less, so that a server that gets nowhere is noticed. */
const roundsMax = 1_000_000;

/**
 * The areas of a disk that differ between an earlier change id and a snapshot, in order. Throws `ResyncRequired` if the
 * server cannot say: the id is not of this disk's history, or tracking was reset; then the whole disk has to be compared.
 */
export async function queryChangedAreas(session: VsphereSession, query: ChangeQuery): Promise<ChangedArea[]> {
  const { disk } = query;
  const areas: ChangedArea[] = [];
  let start = 0;
  for (let round = 0; start < disk.sizeBytes; round += 1) {
    const answer = await ask(session, query, start);
    const info = answer.at("returnval");
    const covered = info.at("length").number ?? 0;
    const from = info.at("startOffset").number ?? -1;
    if (from !== start || covered <= 0 || round > roundsMax)
      throw strange(session, query, "it covers another part");
    for (const one of info.all("changedArea")) {
      const offset = one.at("start").number ?? -1;
      const length = one.at("length").number ?? 0;
      const before = areas.at(-1);
      const isInOrder = offset >= (before === undefined ? start : before.offset + before.length);
      if (!isInOrder || length <= 0 || offset + length > disk.sizeBytes) {
        throw strange(session, query, "an area is out of place");
      }
      areas.push({ offset, length });
    }
    start += covered;
  }
  return areas;
}

/** What the API answers for a change id that the disk has not, or has no more. */
const unknownId = { code: "ResyncRequired", remedy: "The whole disk has to be compared." } as const;

function ask(session: VsphereSession, query: ChangeQuery, startOffset: number): Promise<SoapElement> {
  const { machine, snapshot, disk, since, signal } = query;
  return session.call({
    method: "QueryChangedDiskAreas",
    target: machine,
    parameters: { snapshot, deviceKey: disk.key, startOffset, changeId: since },
    what: said`say what has changed on disk ${disk.key} of ${String(machine)}`,
    meanings: { FileFault: unknownId, InvalidArgument: unknownId, NotFound: unknownId },
    signal,
  });
}

function strange({ host }: VsphereSession, { machine, disk }: ChangeQuery, why: string): SiteRecoveryError {
  const message = said`${host} gives no usable list of changes on disk ${disk.key} of ${String(machine)}: ${why}. The whole disk has to be compared.`;
  return new SiteRecoveryError("ResyncRequired", message, { target: host });
}
