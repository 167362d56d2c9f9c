import { parseLayerName } from "../layers/layer-name.ts";
import type { Objects } from "../../ports/objects.ts";
import type { MachineFolder } from "../machine-folder.ts";
import type { VerifyFinding, VerifyOptions, VerifyResult } from "../replica-store.ts";
import { isInSample } from "./sample.ts";
import { damageOf } from "./verify-layer.ts";
import { verifyMachine } from "./verify-machine.ts";

export interface VerifiedStore {
  readonly objects: Objects;
  /** What the names of each machine's objects begin with. */
  readonly names: readonly string[];
  /** Reads the id of the machine of a name. Throws `Damaged`. */
  readId(name: string): Promise<string>;
  /** Ids of machines that can be read in any place. */
  claimedIds(): Promise<string[]>;
  machine(machineId: string): MachineFolder;
}

/**
 * Reads all that a store holds, machine by machine, and notes with each machine what a resync must not rely on.
 * A machine whose name cannot be read is still verified when it is one of the known ones, or when another folder holds it.
 */
export async function verifyStore(
  store: VerifiedStore,
  onFinding: (finding: VerifyFinding) => void,
  options: VerifyOptions,
): Promise<VerifyResult> {
  const result = { objectsRead: 0, bytesRead: 0, findingCount: 0, pointCount: 0 };
  const found = (finding: VerifyFinding): void => {
    result.findingCount += 1;
    onFinding(finding);
  };
  const bytesTotal = options.onProgress ? await layerBytes(store, options) : 0;
  for (const name of store.names) {
    const known = options.knownMachines ?? [];
    const ids = [...known.map(({ machineId }) => machineId), ...(await store.claimedIds())];
    const machine = await machineOf(store, name, ids, found);
    if (machine === undefined) continue;
    const onRead = (bytesRead: number): void => {
      result.objectsRead += 1;
      result.bytesRead += bytesRead;
      options.onProgress?.({ objectsRead: result.objectsRead, bytesRead: result.bytesRead, bytesTotal });
    };
    const { diskIds = [] } = known.find(({ machineId }) => machineId === machine.machineId) ?? {};
    const check = await verifyMachine(machine, { ...options, diskIds, onRead });
    result.pointCount += check.pointCount;
    for (const finding of check.findings) found(finding);
    const damaged = check.findings.map((finding) => finding.objectPath);
    const layers = damaged.filter((objectPath) => parseLayerName(objectPath) !== undefined);
    await machine.damage.write([...layers, ...(await notedBefore(machine, options))]);
  }
  return result;
}

/** What an earlier verification found in layer files that this one does not read. */
async function notedBefore(machine: MachineFolder, { sample }: VerifyOptions): Promise<string[]> {
  if (sample === undefined) return [];
  return (await machine.damage.read()).filter((name) => !isInSample(parseLayerName(name)!.id, sample));
}

async function machineOf(
  store: VerifiedStore,
  name: string,
  knownIds: readonly string[],
  found: (finding: VerifyFinding) => void,
): Promise<MachineFolder | undefined> {
  try {
    return store.machine(await store.readId(name));
  } catch (error) {
    const objectPath = store.objects.placeOf(`${name}/machine.sealed`);
    const message = damageOf(error);
    const machine = knownIds.map((id) => store.machine(id)).find((known) => known.name === name);
    const pointIds = machine === undefined ? [] : await pointIdsOf(machine);
    found({ machineId: machine?.machineId, objectPath, message, pointIds });
    return machine;
  }
}

/** None of them is found again while the machine's name cannot be read. */
async function pointIdsOf(machine: MachineFolder): Promise<string[]> {
  return (await machine.points.all(() => undefined)).map((point) => point.id);
}

/** Bytes of all layer files that are read, whether their machine's name can be read or not. */
async function layerBytes({ objects, names }: VerifiedStore, { sample }: VerifyOptions): Promise<number> {
  let bytes = 0;
  for (const machine of names) {
    for await (const object of objects.list(`${machine}/disks/`)) {
      const layer = parseLayerName(object.name);
      const isRead = layer !== undefined && (sample === undefined || isInSample(layer.id, sample));
      if (isRead) bytes += object.sizeBytes;
    }
  }
  return bytes;
}
