/**
 * Rounds of the storage bench: each job is done at each place in turn, on the same image, before the next job.
 */
import { execFile, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ObjectsAddress } from "../../provider/store-address.ts";
import { startFaultProxy } from "../../test/conformance/fault-proxy.ts";
import { blockBytes, makeImage } from "../replication/disk-image.ts";
import { Measures } from "../replication/measures.ts";
import { type JobName, type JobSettings, ourCommand, ourJob } from "../replication/ours.ts";
import { isInstalled, timedRun } from "../replication/timed-run.ts";
import { type Servers, throughPort } from "./places.ts";

export interface ImageSizes {
  readonly smallBytes: number;
  readonly largeBytes: number;
}

const placeNames = ["folder", "S3", "Azurite"];

type Disk = "small" | "large";

export class StorageRounds {
  readonly measures = new Measures();
  readonly #work: string;
  readonly #servers: Servers;
  readonly #onePercent: number;
  #places: Readonly<Record<string, ObjectsAddress | undefined>> = {};
  #repository: { readonly url: string; readonly env: Readonly<Record<string, string>> } | undefined;
  #seed = 1;

  constructor(work: string, sizes: ImageSizes, servers: Servers) {
    this.#work = work;
    this.#servers = servers;
    this.#onePercent = Math.ceil(sizes.smallBytes / blockBytes / 100);
    fs.writeFileSync(this.#path("key"), "the bench's key material, of no value to anybody");
    // A disk's changes go to one place: each has an image of its own, with the same bytes.
    const [first, ...others] = placeNames.map((place) => this.#image(place, "small"));
    makeImage(first!, sizes.smallBytes, sizes.smallBytes, 1);
    for (const other of others) spawnSync("cp", ["--sparse=always", first!, other]);
    makeImage(this.#image("folder", "large"), sizes.largeBytes, sizes.smallBytes, 2);
    spawnSync("cp", ["--sparse=always", this.#image("folder", "large"), this.#image("S3", "large")]);
    spawnSync("sync", ["-f", work]);
  }

  async round(): Promise<void> {
    await this.#newPlaces();
    const image = this.#image("folder", "small");
    this.#everywhere("full", "initial");
    this.#restic("full", ["backup", "--compression", "auto", image]);
    this.#floor();
    this.#change(placeNames);
    this.#everywhere("delta", "delta");
    this.#restic("delta", ["backup", "--compression", "auto", image]);
    this.#change(["S3"]);
    await this.#countPuts();
    for (const place of placeNames) this.#attach(place);
    this.#everywhere("restore", "restore");
    this.#restic("restore", ["restore", "latest", "--target", this.#path("restic-restored")]);
    this.#copySparse();
    fs.rmSync(this.#path("restic-restored"), { recursive: true, force: true });
  }

  /** A disk eight times the size, with as much data. */
  async large(): Promise<void> {
    await this.#newPlaces();
    for (const place of ["folder", "S3"]) {
      for (const [key, job] of [
        ["full large", "initial"],
        ["restore large", "restore"],
      ] as const) {
        this.#ours(place, "large", job, key);
      }
    }
  }

  async #newPlaces(): Promise<void> {
    for (const name of fs.readdirSync(this.#work)) {
      if (name.endsWith("-store")) fs.rmSync(this.#path(name), { recursive: true });
    }
    this.#places = { folder: undefined, ...(await this.#servers.newPlaces()) };
    if (!isInstalled("restic")) return;
    this.#repository = await this.#servers.newRepository();
    timedRun("restic", ["-r", this.#repository.url, "--quiet", "init"], this.#resticOptions());
  }

  #everywhere(key: string, job: JobName): void {
    for (const place of placeNames) this.#ours(place, "small", job, key);
  }

  #ours(place: string, disk: Disk, job: JobName, key: string): void {
    fs.rmSync(this.#path("restored"), { force: true });
    const { seconds, peakMebibytes } = ourJob(this.#work, job, this.#settings(place, disk));
    this.measures.add(key, place, seconds);
    this.measures.add(`memory ${disk}`, place, peakMebibytes);
    if (job !== "restore") return;
    const images = [this.#image(place, disk), this.#path("restored")];
    if (spawnSync("cmp", ["-s", ...images]).status !== 0) throw new Error(`${images.join(" and ")} differ`);
    fs.rmSync(this.#path("restored"));
  }

  #attach(place: string): void {
    const attached = ourJob(this.#work, "attach", this.#settings(place, "small"));
    this.measures.add("attach", place, attached.seconds);
    this.#removeOverlay();
    const { oursMilliseconds, serverMilliseconds } = JSON.parse(
      ourJob(this.#work, "reads", this.#settings(place, "small")).output,
    ) as { oursMilliseconds: number; serverMilliseconds: number };
    this.#removeOverlay();
    this.measures.add("reads", place, oursMilliseconds);
    this.measures.add("reads", `${place} itself`, serverMilliseconds);
    this.measures.add("reads beside the server", place, oursMilliseconds / serverMilliseconds);
  }

  #removeOverlay(): void {
    const names = fs.readdirSync(this.#work).filter((name) => name.startsWith("restored"));
    for (const name of names) fs.rmSync(this.#path(name));
  }

  /** One delta through something that counts; its time does not count. */
  async #countPuts(): Promise<void> {
    const proxy = await startFaultProxy(this.#servers.s3Port, () => undefined);
    try {
      const settings = this.#settings("S3", "small");
      const address = throughPort(settings.address!, proxy.port);
      const [program, ...args] = ourCommand("delta", { ...settings, address });
      await promisify(execFile)(program, args);
      const puts = proxy.requests.filter((request) => /^PUT .*\.segment/.test(request)).length;
      this.measures.add("puts of data", "S3", puts);
      this.measures.add("requests", "S3", proxy.requests.length);
    } finally {
      await proxy.stop();
    }
  }

  #restic(key: string, args: readonly string[]): void {
    if (this.#repository === undefined) return;
    const to = args[0] === "restore" ? { thenSync: this.#work } : {};
    const all = ["-r", this.#repository.url, "--quiet", ...args];
    const { seconds } = timedRun("restic", all, { ...this.#resticOptions(), ...to });
    this.measures.add(key, "restic to S3", seconds);
  }

  #resticOptions(): { workFolder: string; env: Record<string, string> } {
    const cache = { RESTIC_PASSWORD: "bench", RESTIC_CACHE_DIR: this.#path("restic-cache") };
    return { workFolder: this.#work, env: { ...this.#repository!.env, ...cache } };
  }

  #floor(): void {
    const folder = this.#path("floor");
    fs.mkdirSync(folder);
    const entry = fileURLToPath(new URL("../replication/floor.ts", import.meta.url));
    const run = timedRun(process.execPath, [entry, this.#image("folder", "small"), folder], {
      workFolder: this.#work,
    });
    this.measures.add("full", "floor", run.seconds);
    fs.rmSync(folder, { recursive: true });
  }

  #copySparse(): void {
    const copy = this.#path("copy.img");
    const args = ["--sparse=always", this.#image("folder", "small"), copy];
    this.measures.add(
      "restore",
      "cp",
      timedRun("cp", args, { workFolder: this.#work, thenSync: copy }).seconds,
    );
    fs.rmSync(copy);
  }

  /** The same change of the image of each place. */
  #change(places: readonly string[]): void {
    this.#seed += 1;
    for (const place of places) ourJob(this.#work, "change", this.#settings(place, "small"));
    spawnSync("sync", ["-f", this.#work]);
  }

  #image(place: string, disk: Disk): string {
    return this.#path(`${place}-${disk}.img`);
  }

  #path(name: string): string {
    return path.join(this.#work, name);
  }

  #settings(place: string, disk: Disk): JobSettings {
    const address = this.#places[place];
    const storeFolder = this.#path(`${place}-${disk}-store`);
    fs.mkdirSync(storeFolder, { recursive: true });
    return {
      imagePath: this.#image(place, disk),
      storeFolder,
      ...(address && { address }),
      keyFile: this.#path("key"),
      toPath: this.#path("restored"),
      seed: this.#seed,
      blocks: this.#onePercent,
    };
  }
}
