/** Brings a machine's recovery point into Azure: page blobs, and from them managed disks and a virtual machine. */
import { nameOf } from "../../arm-id.ts";
import { AzureCompute, type AzurePlace, type AzurePorts } from "../../drivers/azure-compute/azure-compute.ts";
import type { AzureBlobSettings } from "../../drivers/objects-azure-blob/settings.ts";
import { PageBlobs } from "../../drivers/page-blobs/page-blobs.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { relationshipOf } from "../../model/relationship.ts";
import type { Progress } from "../../progress.ts";
import { placeOfAddress, type StoreAddress } from "../../store-address.ts";
import { takeLease } from "../../store/leases.ts";
import type { EngineParts } from "../engine-parts.ts";
import { doubtOfReplica } from "../failover/foresee-failover.ts";
import { copyProgress } from "../job/report-progress.ts";
import { requireItem } from "../protected-item/require-item.ts";
import { chooseRecoveryPoint } from "../recovery-point/choose-recovery-point.ts";
import { type HydratedDisk, hydrateDisk } from "./hydrate-disk.ts";
import { HydrationStates } from "./hydration-state.ts";

export interface HydrateOptions {
  readonly itemId: string;
  /** `latest`, `latestApplicationConsistent`, or a recovery point's name. */
  readonly recoveryPoint: string;
  /** The container that the page blobs are in. */
  readonly container: StoreAddress;
  /** Writes everything, whatever the blobs hold. */
  readonly all?: boolean;
  readonly dryRun?: boolean;
  /** Makes managed disks of the blobs. */
  readonly azure?: AzurePlace & {
    /** The resource group of the container's account, if it is another one. */
    readonly storageGroup?: string;
    /** Makes a virtual machine of the disks; Azure starts it. */
    readonly machine?: { readonly vmSize: string; readonly subnetId: string };
  };
  /** What tests give in place of the real ones. */
  readonly ports?: AzurePorts;
}

export interface Hydrated {
  readonly pointId: string;
  readonly disks: readonly (HydratedDisk & {
    /** The ARM id of the managed disk, or its name if it would be made; absent without Azure's settings. */
    readonly managedDisk?: string;
  })[];
  /** The ARM id of the virtual machine, or its name if it would be made. */
  readonly virtualMachine?: string;
}

export async function hydrateItem(
  parts: EngineParts,
  options: HydrateOptions,
  progress: Progress,
): Promise<Hydrated> {
  const item = requireItem(parts, options.itemId);
  const place = placeOfAddress(options.container);
  if (place.driver !== "azure-blob") {
    const message = said`Page blobs are in a container of Azure Storage: --container azblob://account/container.`;
    throw new SiteRecoveryError("InvalidInput", message, { property: "--container" });
  }
  const blobs = new PageBlobs(place.settings as AzureBlobSettings);
  const point = await chooseRecoveryPoint(parts, item, options.recoveryPoint);
  const doubt = await doubtOfReplica(parts, item);
  if (doubt) progress.report(`warning: ${doubt.text}`);
  const store = await parts.replicaStoreOf(relationshipOf(item).replicaStoreId);
  const states = new HydrationStates(parts.files, parts.home.folder);
  const { release } = takeLease(parts.store, `${item.id}/hydrate`, "hydrate", parts.clock);
  try {
    const disks: HydratedDisk[] = [];
    for (const { diskId } of point.disks) {
      const report = copyProgress(parts.clock, progress, "hydrate");
      const disk = await hydrateDisk({
        ...{ store, blobs, states, clock: parts.clock, itemId: item.id, diskId, pointId: point.id },
        blobName: blobNameOf(item, diskId),
        all: options.all ?? false,
        dryRun: options.dryRun ?? false,
        onProgress: (bytesDone, bytesTotal) => report({ diskId, bytesDone, bytesTotal }),
        ...(progress.signal ? { signal: progress.signal } : {}),
      });
      disks.push(disk);
    }
    const prepared = options.azure && (await prepareMachine(options, item, { blobs, disks }, progress));
    return { pointId: point.id, disks: prepared?.disks ?? disks, ...prepared?.machine };
  } finally {
    release();
  }
}

function blobNameOf(item: ProtectedItem, diskId: string): string {
  return `${nameOf(item.id).toLowerCase()}/${diskId.toLowerCase()}.vhd`;
}

/** Disks are named for their recovery point: one that is there was made from the same bytes. */
async function prepareMachine(
  { azure, dryRun = false, ports, container }: HydrateOptions,
  item: ProtectedItem,
  { blobs, disks }: { blobs: PageBlobs; disks: readonly HydratedDisk[] },
  progress: Progress,
): Promise<{ disks: Hydrated["disks"]; machine: Pick<Hydrated, "virtualMachine"> }> {
  const { machine, storageGroup, ...where } = azure!;
  const compute = new AzureCompute(where, ports);
  const { definition } = item.details;
  const name = nameOf(item.id);
  const osType = definition.guestOs.family === "windows" ? "Windows" : "Linux";
  const generation = definition.firmware === "uefi" ? "V2" : "V1";
  const [, account] = /^azblob:\/\/([^/]+)/.exec(container.url)!;
  const storageAccountId = `/subscriptions/${where.subscriptionId}/resourceGroups/${storageGroup ?? where.resourceGroup}/providers/Microsoft.Storage/storageAccounts/${account}`;
  const roleOf = new Map(definition.disks.map(({ id, role }) => [id, role]));
  const systemFirst = disks.toSorted(
    (left, right) => Number(roleOf.get(right.diskId) === "os") - Number(roleOf.get(left.diskId) === "os"),
  );
  if (machine !== undefined && (await compute.machineId(name)) !== undefined) {
    const message = said`There is a virtual machine ${name} in ${compute.place} already. Remove it, or name another resource group.`;
    throw new SiteRecoveryError("AlreadyExists", message, { target: name });
  }
  const made = new Map<string, string>();
  for (const [index, disk] of systemFirst.entries()) {
    const diskName = `${name}-${disk.diskId}-${disk.pointId.slice(0, 8)}`;
    const known = await compute.diskId(diskName);
    if (known === undefined && !dryRun) progress.report(`making the managed disk ${diskName}`);
    const toMake = {
      name: diskName,
      sourceUri: await blobs.urlOf(blobNameOf(item, disk.diskId)),
      storageAccountId,
      ...(index === 0 ? { system: { osType, generation } as const } : {}),
    };
    made.set(disk.diskId, known ?? (dryRun ? diskName : await compute.makeDisk(toMake)));
  }
  const withDisks = disks.map((disk) => ({ ...disk, managedDisk: made.get(disk.diskId)! }));
  if (machine === undefined) return { disks: withDisks, machine: {} };
  if (dryRun) return { disks: withDisks, machine: { virtualMachine: name } };
  progress.report(`making the virtual machine ${name}`);
  const diskIds = systemFirst.map(({ diskId }) => made.get(diskId)!);
  const virtualMachine = await compute.makeMachine({ name, osType, diskIds, ...machine });
  return { disks: withDisks, machine: { virtualMachine } };
}
