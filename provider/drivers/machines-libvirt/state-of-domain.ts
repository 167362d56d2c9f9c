/** What is known of the changes of a domain's disk, without a snapshot. */
import path from "node:path";
import { blockCountOf, type ChangeState } from "../../disks/disk.ts";
import { hasCode, isExpected, SiteRecoveryError } from "../../errors.ts";
import { all, at, attribute, readXml } from "../../machines/import/xml.ts";
import { runCommand } from "../../machines/run-command.ts";
import { said } from "../../message.ts";
import { connectNbd } from "../../nbd/client/connect-nbd.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";
import { changedBlocks, dirtyContext } from "../../qemu/snapshots/read-extents.ts";
import { notTracked, trackedState } from "../../qemu/snapshots/tracked-state.ts";
import { randomHex } from "../../random.ts";
import { type Checkpoint, readCheckpoints } from "./checkpoints.ts";
import type { DomainPlace } from "./domain-place.ts";
import { isOff } from "./domain-power.ts";
import type { LibvirtParts } from "./libvirt-parts.ts";
import { type DomainDisk, readDomain, readSizes } from "./read-domain.ts";
import { requireReadableHere, trackedDisks } from "./tracked-disks.ts";
import { virsh, VirshRefusal } from "./virsh.ts";

/** Throws `SourceUnreachable`, `NotFound` and `PrerequisitesNotMet`. */
export async function stateOfDomain(
  parts: LibvirtParts,
  place: DomainPlace,
  source: SourceDisk,
): Promise<ChangeState> {
  const { clock } = parts;
  requireReadableHere(place);
  const domain = await readDomain(clock, place);
  const [disk] = trackedDisks(place, domain, [source]);
  const { target } = disk!;
  const sizeBytes = (await readSizes(clock, place)).get(target) ?? 0;
  const chain = (await readCheckpoints(clock, place)).filter(({ sizes }) => sizes.has(target));
  const [oldest] = chain;
  if (oldest === undefined) return notTracked("NewTracking");
  if (oldest.sizes.get(target) !== sizeBytes) return notTracked("SizeChanged");
  const blocks = (await isOff(clock, place))
    ? await changedInImage(parts, disk!, chain)
    : await changedInQemu(parts, place, { target, oldest });
  if (blocks === undefined) return notTracked("TrackingLost");
  const lineages = chain.map(({ lineage }) => lineage);
  return trackedState(Math.min(blocks, blockCountOf(sizeBytes)), { sizeBytes, lineages });
}

/** Changed blocks by the QEMU that runs; `undefined` if it has lost a bitmap. */
async function changedInQemu(
  { clock }: LibvirtParts,
  { uri, uuid }: DomainPlace,
  { target, oldest }: { readonly target: string; readonly oldest: Checkpoint },
): Promise<number | undefined> {
  try {
    const text = await virsh(clock, uri, ["checkpoint-dumpxml", uuid, oldest.name, "--no-domain", "--size"]);
    const disks = all(at(readXml(text), "disks"), "disk");
    const size = attribute(
      disks.find((disk) => attribute(disk, "name") === target),
      "size",
    );
    return size === undefined ? undefined : blockCountOf(Number(size));
  } catch (error) {
    if (error instanceof VirshRefusal && /bitmap|inconsistent/i.test(error.why)) return undefined;
    throw error;
  }
}

/** Changed blocks by the image of a domain that is off; `undefined` if a bitmap is not there, or was not stored. */
async function changedInImage(
  parts: LibvirtParts,
  disk: DomainDisk,
  chain: readonly Checkpoint[],
): Promise<number | undefined> {
  let blocks = 0;
  for (const { name } of chain) {
    const found = await changedIn(parts, disk, name);
    if (found === undefined) return undefined;
    blocks += found;
  }
  return blocks;
}

/** `qemu-nbd` offers the bitmap, and ends when its reader has gone. */
async function changedIn(
  { files, clock, random, folder }: LibvirtParts,
  { source, format }: DomainDisk,
  bitmap: string,
): Promise<number | undefined> {
  files.makeFolder(folder);
  const socketPath = path.join(folder, `look-${randomHex(random, 4)}`);
  const command = ["qemu-nbd", "--read-only", "--format", format, "--socket", socketPath];
  const { exitCode, startError, output } = await runCommand({
    command: [...command, "--bitmap", bitmap, "--export-name", "disk", "--fork", source],
    folder,
    timeoutSeconds: 60,
    clock,
  });
  if (startError !== undefined) {
    const message = said`Cannot run qemu-nbd: ${startError}. Install it (Debian: apt-get install qemu-utils), then run again.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: source });
  }
  if (exitCode !== 0) {
    if (/bitmap/i.test(output)) return undefined;
    const code = /lock/i.test(output) ? "Busy" : "SourceUnreachable";
    throw new SiteRecoveryError(code, said`The image ${source} cannot be looked at: ${output.trim()}`, {
      target: source,
    });
  }
  try {
    const client = await connectNbd({ socketPath, exportName: "disk", contexts: [dirtyContext(bitmap)] });
    try {
      return (await changedBlocks(client, bitmap)).count;
    } finally {
      client.close();
    }
  } catch (error) {
    if (isExpected(error) && hasCode(error, "IoFailed")) return undefined;
    throw error;
  } finally {
    files.remove(socketPath);
  }
}
