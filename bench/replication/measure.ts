/**
 * One round of the bench: each job is done by us and by each peer in turn, on the same image, before the next job.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { blockBytes, makeImage } from "./disk-image.ts";
import { Measures } from "./measures.ts";
import { type JobName, type JobSettings, ourJob } from "./ours.ts";
import { type Peer, type PeerJob, storedBytes } from "./peers.ts";
import { occupiedBytes, timedRun } from "./timed-run.ts";

export interface Sizes {
  readonly smallBytes: number;
  readonly largeBytes: number;
}

const mebibyte = 1_048_576;

export class Bench {
  readonly measures = new Measures();
  readonly #work: string;
  readonly #sizes: Sizes;
  readonly #peers: readonly Peer[];
  #seed = 1;

  constructor(work: string, sizes: Sizes, peers: readonly Peer[]) {
    this.#work = work;
    this.#sizes = sizes;
    this.#peers = peers;
    fs.writeFileSync(path.join(work, "key"), "the bench's key material, of no value to anybody");
    makeImage(this.#path("small.img"), sizes.smallBytes, sizes.smallBytes, 1);
    makeImage(this.#path("large.img"), sizes.largeBytes, sizes.smallBytes, 2);
  }

  round(): void {
    for (const folder of ["small-store", "large-store", ...this.#peers.map((peer) => peer.name)]) {
      fs.rmSync(this.#path(folder), { recursive: true, force: true });
      fs.mkdirSync(this.#path(folder));
    }
    const onePercent = Math.ceil(this.#sizes.smallBytes / blockBytes / 100);
    this.#everybody("initial", "initial", "initial");
    this.#ours("initial", "large", "initial large");
    this.#change(onePercent, ["small", "large"]);
    this.#delta(onePercent);
    this.#attach("small", onePercent);
    this.#attach("large", onePercent);
    this.#change(10 * onePercent, ["small"]);
    this.#everybody("delta", "delta", "delta 10 %");
    this.#everybody("resync", "resync", "resync");
    this.#compare();
    this.#everybody("restore", "restore", "restore");
    this.#removeRestored();
    this.#ours("restore", "large", "restore large");
    this.#removeRestored();
  }

  /** Done once: it compares with a plain file by itself, turn by turn. */
  trackingCost(): void {
    const entry = fileURLToPath(new URL("./tracking-cost.ts", import.meta.url));
    const mebibytes = String(Math.min(512, this.#sizes.smallBytes / mebibyte));
    const run = timedRun(process.execPath, [entry, this.#work, mebibytes], { workFolder: this.#work });
    const cost = JSON.parse(run.output) as { sequential: number; random: number };
    this.measures.add("tracked sequential", "ours", cost.sequential);
    this.measures.add("tracked random", "ours", cost.random);
  }

  #path(name: string): string {
    return path.join(this.#work, name);
  }

  #delta(blocks: number): void {
    const before = occupiedBytes(this.#path("small-store"));
    const peersBefore = this.#peers.map((peer) => storedBytes(this.#place(peer)));
    this.#everybody("delta", "delta", "delta 1 %");
    const stored = (occupiedBytes(this.#path("small-store")) - before) / mebibyte;
    this.measures.add("delta bytes", "ours", stored);
    for (const [index, peer] of this.#peers.entries()) {
      // These two write in place; what they store is the image itself.
      if (["rsync", "qemu-img"].includes(peer.name)) continue;
      const bytes = storedBytes(this.#place(peer)) - peersBefore[index]!;
      this.measures.add("delta bytes", peer.name, bytes / mebibyte);
    }
    this.#ours("delta", "large", "delta large", blocks);
  }

  #change(blocks: number, disks: readonly ("small" | "large")[]): void {
    this.#seed += 1;
    for (const disk of disks) ourJob(this.#work, "change", this.#settings(disk, blocks));
    spawnSync("sync", ["-f", this.#work]);
  }

  #everybody(ours: JobName, theirs: PeerJob, key: string): void {
    this.#ours(ours, "small", key);
    for (const peer of this.#peers) {
      const run = peer.run(theirs, this.#place(peer));
      if (run === undefined) continue;
      this.measures.add(key, peer.name, run.seconds);
      this.measures.add("memory small", peer.name, run.peakMebibytes);
    }
  }

  #ours(job: JobName, disk: "small" | "large", key: string, blocks = 0): void {
    const run = ourJob(this.#work, job, this.#settings(disk, blocks));
    this.measures.add(key, "ours", run.seconds);
    this.measures.add(`memory ${disk}`, "ours", run.peakMebibytes);
    const { durationMilliseconds } = JSON.parse(run.output) as { durationMilliseconds?: number };
    if (durationMilliseconds !== undefined) {
      this.measures.add(`${key} in the service`, "ours", durationMilliseconds / 1000);
    }
    if (job === "restore") this.#check(disk);
  }

  #attach(disk: "small" | "large", blocks: number): void {
    const run = ourJob(this.#work, "attach", this.#settings(disk, blocks));
    this.measures.add(`attach ${disk}`, "ours", run.seconds);
    fs.readdirSync(this.#work)
      .filter((name) => name.startsWith(`${disk}-restored`))
      .forEach((name) => fs.rmSync(this.#path(name)));
  }

  /** A figure of a wrong copy is worth nothing. */
  #check(disk: "small" | "large"): void {
    const images = [this.#path(`${disk}.img`), this.#path(`${disk}-restored`)];
    if (spawnSync("cmp", ["-s", ...images]).status !== 0) throw new Error(`${images.join(" and ")} differ`);
  }

  /** The least that a comparison of both sides can cost: the image read twice, by cmp. */
  #compare(): void {
    const image = this.#path("small.img");
    const copy = this.#path("small-copy");
    spawnSync("cp", ["--sparse=always", image, copy]);
    const run = timedRun("cmp", [image, copy], { workFolder: this.#work });
    this.measures.add("resync", "cmp", run.seconds);
    fs.rmSync(copy);
  }

  #removeRestored(): void {
    for (const disk of ["small", "large"]) fs.rmSync(this.#path(`${disk}-restored`), { force: true });
    for (const peer of this.#peers) {
      fs.rmSync(this.#path(`${peer.name}/restored`), { recursive: true, force: true });
    }
  }

  #place(peer: Peer): { workFolder: string; imagePath: string; target: string } {
    return { workFolder: this.#work, imagePath: this.#path("small.img"), target: this.#path(peer.name) };
  }

  #settings(disk: "small" | "large", blocks: number): JobSettings {
    return {
      imagePath: this.#path(`${disk}.img`),
      storeFolder: this.#path(`${disk}-store`),
      keyFile: this.#path("key"),
      toPath: this.#path(`${disk}-restored`),
      seed: this.#seed,
      blocks,
    };
  }
}
