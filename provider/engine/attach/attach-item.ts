/** Opens disks of a recovery point at once, whatever their size, and serves them until it is ended. */
import path from "node:path";
import { makeFolderDurably } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { type Address, NbdServer } from "../../nbd/nbd-server.ts";
import { takeLease } from "../../store/leases.ts";
import type { EngineParts } from "../engine-parts.ts";
import { chooseRecoveryPoint } from "../recovery-point/choose-recovery-point.ts";
import { requireItem } from "../protected-item/require-item.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { onlyDisk } from "../../model/item.ts";
import { attachPoint } from "../replication/attach-point.ts";
import { Attachment } from "./attachment.ts";
import { OverlaySession } from "./overlay-session.ts";
import { said } from "../../message.ts";

export interface AttachOptions {
  readonly itemId: string;
  /** `latest`, `latestApplicationConsistent`, or a recovery point's name. */
  readonly recoveryPoint: string;
  /** Which disk; needed for a file when the machine has more than one. Default in a folder: all. */
  readonly diskId?: string;
  /** Where what is written goes: a file for one disk, or a folder that gets `<disk>.img` for each. */
  readonly to: { readonly file: string } | { readonly folder: string };
  /** Default: a local socket beside the overlay, `<file>.sock` or `<folder>/attach.sock`. */
  readonly address?: Address;
  /** Is told what kept a client's request from being done. */
  readonly onError: (error: Error) => void;
}

/** The replica is not touched; the point stays until the attachment is closed. */
export async function attachItem(parts: EngineParts, options: AttachOptions): Promise<Attachment> {
  const item = requireItem(parts, options.itemId);
  const point = await chooseRecoveryPoint(parts, item, options.recoveryPoint);
  const { to, diskId } = options;
  const isFolder = "folder" in to;
  const diskIds =
    isFolder && diskId === undefined ? point.disks.map((disk) => disk.diskId) : [onlyDisk(item, diskId)];
  if (isFolder) makeFolderDurably(parts.files, to.folder);
  const store = await parts.replicaStoreOf(relationshipOf(item).replicaStoreId);
  const sessions: OverlaySession[] = [];
  try {
    for (const id of diskIds) {
      const overlayPath = isFolder ? path.join(to.folder, `${id}.img`) : to.file;
      const { release } = takeLease(parts.store, overlayPath, "attach", parts.clock);
      try {
        const disk = await attachPoint({
          store,
          machineId: point.machineId,
          pointId: point.id,
          diskId: id,
          overlayPath,
        });
        sessions.push(new OverlaySession(id, disk, parts.files, release));
      } catch (error) {
        release();
        throw error;
      }
    }
    const server = new NbdServer(new Map(sessions.map((each) => [each.diskId, each])), options.onError);
    await server.listen(addressOf(parts, options));
    return new Attachment(point, { sessions, server, clock: parts.clock });
  } catch (error) {
    for (const session of sessions) await session.close(false);
    throw error;
  }
}

function addressOf(parts: EngineParts, { address, to }: AttachOptions): Address {
  if (address !== undefined) {
    if ("socketPath" in address && parts.files.exists(address.socketPath)) throw isTaken(address.socketPath);
    return address;
  }
  const socketPath = "folder" in to ? path.join(to.folder, "attach.sock") : `${to.file}.sock`;
  // The holder of the overlays' leases is the only one to serve them: a socket there is a dead process's.
  if (parts.files.exists(socketPath)) {
    if (!parts.files.facts(socketPath).isSocket) throw isTaken(socketPath);
    parts.files.remove(socketPath);
  }
  return { socketPath };
}

function isTaken(socketPath: string): SiteRecoveryError {
  const message = said`${socketPath} is there already. If no program serves it any more, remove it; or name another with --socket.`;
  return new SiteRecoveryError("AlreadyExists", message, { target: socketPath, property: "socket" });
}
