/**
 * The peers, each with its own way of doing the same jobs. All are from Debian. They leave it to the kernel when
 * their bytes reach the device, so that a `sync -f` of the target belongs to each job.
 */
import fs from "node:fs";
import path from "node:path";
import { isInstalled, occupiedBytes, type Run, timedRun } from "./timed-run.ts";

export type PeerJob = "initial" | "delta" | "resync" | "restore";

export interface Peer {
  readonly name: string;
  /** What has to be there, and the Debian package it comes from. */
  readonly program: string;
  readonly package: string;
  /** Does a job; nothing when the peer has no such job. `target` is a folder of its own, empty at first. */
  run(job: PeerJob, place: PeerPlace): Run | undefined;
}

export interface PeerPlace {
  readonly workFolder: string;
  readonly imagePath: string;
  readonly target: string;
}

const restic: Peer = {
  name: "restic",
  program: "restic",
  package: "restic",
  run(job, { workFolder, imagePath, target }) {
    const env = { RESTIC_PASSWORD: "bench", RESTIC_CACHE_DIR: path.join(workFolder, "restic-cache") };
    const options = { workFolder, env };
    const repository = ["-r", path.join(target, "repository"), "--quiet"];
    if (job === "restore") {
      const to = path.join(target, "restored");
      return timedRun("restic", [...repository, "restore", "latest", "--target", to], {
        ...options,
        thenSync: to,
      });
    }
    if (job === "initial") timedRun("restic", [...repository, "init"], options);
    const force = job === "resync" ? ["--force"] : [];
    const args = [...repository, "backup", "--compression", "auto", ...force, imagePath];
    return timedRun("restic", args, { ...options, thenSync: target });
  },
};

function borg(name: string, chunker: readonly string[]): Peer {
  return {
    name,
    program: "borg",
    package: "borgbackup",
    run(job, { workFolder, imagePath, target }) {
      const env = {
        BORG_PASSPHRASE: "bench",
        BORG_BASE_DIR: path.join(workFolder, "borg"),
        BORG_RELOCATED_REPO_ACCESS_IS_OK: "yes",
      };
      const repository = path.join(target, "repository");
      const options = { workFolder, env, thenSync: target };
      if (job === "restore") {
        const to = path.join(target, "restored");
        fs.mkdirSync(to);
        const args = ["extract", "--sparse", `${repository}::resync`];
        return timedRun("borg", args, { ...options, cwd: to });
      }
      if (job === "initial") timedRun("borg", ["init", "-e", "repokey", repository], options);
      const cache = job === "resync" ? ["--files-cache=disabled"] : [];
      const archive = `${repository}::${job === "resync" ? job : `${job}-${Math.round(performance.now())}`}`;
      const args = ["create", "--compression", "zstd", ...chunker, ...cache, archive, imagePath];
      return timedRun("borg", args, options);
    },
  };
}

const qemu: Peer = {
  name: "qemu-img",
  program: "qemu-img",
  package: "qemu-utils",
  run(job, { workFolder, imagePath, target }) {
    const options = { workFolder, thenSync: target };
    const stored = path.join(target, "disk.qcow2");
    if (job === "initial") {
      const format = ["-O", "qcow2", "-c", "-o", "compression_type=zstd"];
      return timedRun("qemu-img", ["convert", "-f", "raw", ...format, imagePath, stored], options);
    }
    if (job !== "restore") return undefined;
    return timedRun("qemu-img", ["convert", "-O", "raw", stored, path.join(target, "restored")], options);
  },
};

const rsync: Peer = {
  name: "rsync",
  program: "rsync",
  package: "rsync",
  run(job, { workFolder, imagePath, target }) {
    const options = { workFolder, thenSync: target };
    const stored = path.join(target, "disk.img");
    const always = ["--inplace", "--sparse", "--no-whole-file", "--ignore-times"];
    if (job === "resync") return undefined;
    if (job === "restore") {
      return timedRun("rsync", [...always, stored, path.join(target, "restored")], options);
    }
    return timedRun("rsync", [...always, imagePath, stored], options);
  },
};

const all: readonly Peer[] = [
  restic,
  borg("borg", []),
  borg("borg fixed", ["--chunker-params", "fixed,65536"]),
  qemu,
  rsync,
];

/** Peers that are installed, and a sentence for those that are not. */
export function findPeers(): { peers: readonly Peer[]; missing: string | undefined } {
  const peers = all.filter((peer) => isInstalled(peer.program));
  const lacking = [...new Set(all.filter((peer) => !peers.includes(peer)).map((peer) => peer.package))];
  const missing =
    lacking.length === 0 ? undefined : `Not installed, so left out: apt-get install -y ${lacking.join(" ")}`;
  return { peers, missing };
}

/** The bytes that a peer stores, without what it restored. */
export function storedBytes(place: PeerPlace): number {
  return occupiedBytes(place.target);
}
