/** The disks of a QEMU as its block layer has them. */
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { Qmp } from "../qmp.ts";

/** A dirty bitmap, as QEMU reports it. */
export interface Bitmap {
  readonly name: string;
  /** Bytes that it marks as changed. */
  readonly countBytes: number;
  readonly granularityBytes: number;
  /** Whether writes are noted in it. */
  readonly isRecording: boolean;
  /** Whether QEMU ended without storing it, so that it says nothing. */
  readonly isInconsistent: boolean;
}

export interface BlockNode {
  readonly name: string;
  readonly driver: string;
  readonly sizeBytes: number;
  readonly bitmaps: readonly Bitmap[];
}

/** A disk by the id of its device, whose node changes when it is mirrored, or by node where there are no devices. */
export type DiskAddress = { readonly device: string } | { readonly node: string };

interface NodeInfo {
  readonly "node-name"?: string;
  readonly drv: string;
  readonly image: { readonly "virtual-size": number };
  readonly "dirty-bitmaps"?: readonly {
    readonly name?: string;
    readonly count: number;
    readonly granularity: number;
    readonly recording: boolean;
    readonly inconsistent?: boolean;
  }[];
}

interface DeviceInfo {
  readonly qdev?: string;
  readonly inserted?: NodeInfo;
}

export async function readNodes(qmp: Qmp): Promise<BlockNode[]> {
  const infos = await qmp.execute<NodeInfo[]>("query-named-block-nodes", { flat: true });
  return infos.map((info) => ({
    name: info["node-name"] ?? "",
    driver: info.drv,
    sizeBytes: info.image["virtual-size"],
    bitmaps: (info["dirty-bitmaps"] ?? []).map((bitmap) => ({
      name: bitmap.name ?? "",
      countBytes: bitmap.count,
      granularityBytes: bitmap.granularity,
      isRecording: bitmap.recording,
      isInconsistent: bitmap.inconsistent ?? false,
    })),
  }));
}

/** The name of the node that a disk's device reads and writes now. Throws `NotFound` if there is no such disk. */
export async function nodeNameOf(qmp: Qmp, address: DiskAddress): Promise<string> {
  if ("node" in address) return address.node;
  const devices = await qmp.execute<DeviceInfo[]>("query-block");
  const found = devices.find(({ qdev }) => isDevice(qdev, address.device));
  const name = found?.inserted?.["node-name"];
  if (name === undefined) throw notFound(qmp, address.device);
  return name;
}

/** QEMU reports a device by its id or by its path in the machine's tree, some with the name of a part at the end. */
function isDevice(qdev: string | undefined, id: string): boolean {
  if (qdev === undefined) return false;
  return qdev === id || `${qdev}/`.startsWith(`/machine/peripheral/${id}/`);
}

/** The node of a disk. Throws `NotFound` if there is no such disk. */
export async function nodeOf(qmp: Qmp, address: DiskAddress): Promise<BlockNode> {
  const name = await nodeNameOf(qmp, address);
  const node = (await readNodes(qmp)).find((candidate) => candidate.name === name);
  if (node === undefined) throw notFound(qmp, name);
  return node;
}

function notFound({ machine }: Qmp, disk: string): SiteRecoveryError {
  const message = said`QEMU of machine ${machine} has no disk ${disk}. Check the disk ids of the machine, then run again.`;
  return new SiteRecoveryError("NotFound", message, { target: machine });
}
