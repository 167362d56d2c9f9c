/** The tools that are compared: ours and its peers, each with the commands for the jobs that it knows. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { measure, type Measured, storedBytes } from "./measure.ts";

/** Jobs in the order in which they are run. */
export const jobs = ["initial", "delta1", "delta10", "resync", "restore"] as const;
export type Job = (typeof jobs)[number];

export interface JobResult extends Measured {
  /** Bytes that the job added to what the tool keeps. */
  readonly bytesStored: number;
}

export interface Tool {
  readonly name: string;
  /** Runs a job on the image. Nothing when the tool has no such job. */
  run(job: Job, image: string): Promise<JobResult | undefined>;
}

const secret = { RESTIC_PASSWORD: "bench", BORG_PASSPHRASE: "bench" };

interface PeerCommands {
  readonly prepare?: (repository: string) => readonly string[];
  /** Makes or updates the copy. */
  readonly copy: (repository: string, image: string, job: Job) => readonly string[] | undefined;
  readonly restore: (repository: string, image: string, to: string) => readonly string[];
}

const borg = (chunker: readonly string[]): PeerCommands => ({
  prepare: (repository) => ["borg", "init", "--encryption", "repokey-blake2", repository],
  copy: (repository, image, job) => [
    ...["borg", "create", "--compression", "zstd,1", ...chunker],
    // Without its list of files it reads the image again, as a resync does.
    ...(job === "resync" ? ["--files-cache", "disabled"] : []),
    `${repository}::${job}`,
    image,
  ],
  restore: (repository) => ["borg", "extract", "--sparse", `${repository}::resync`],
});

const commands: Record<string, PeerCommands> = {
  restic: {
    prepare: (repository) => ["restic", "init", "--quiet", "--repo", repository],
    copy: (repository, image, job) => [
      ...["restic", "backup", "--quiet", "--repo", repository],
      ...(job === "resync" ? ["--force"] : []),
      image,
    ],
    restore: (repository, _image, to) => [
      ...["restic", "restore", "latest", "--quiet", "--sparse", "--repo", repository, "--target", to],
    ],
  },
  borg: borg([]),
  "borg, 64 KiB chunks": borg(["--chunker-params", "fixed,65536"]),
  "qemu-img": {
    copy: (repository, image, job) =>
      job === "initial"
        ? [
            "qemu-img",
            "convert",
            "-O",
            "qcow2",
            "-c",
            "-o",
            "compression_type=zstd",
            image,
            `${repository}/i`,
          ]
        : undefined,
    restore: (repository, _image, to) => ["qemu-img", "convert", "-O", "raw", `${repository}/i`, `${to}/i`],
  },
  rsync: {
    copy: (repository, image, job) =>
      job === "resync" ? undefined : ["rsync", "--inplace", "--no-whole-file", image, `${repository}/i`],
    restore: (repository, _image, to) => ["rsync", "--sparse", `${repository}/i`, `${to}/i`],
  },
};

/** Programs whose package is missing are told, and left out. */
export function peers(folder: string): { tools: Tool[]; missing: string[] } {
  const programOf = (name: string): string => name.split(",")[0]!;
  const isThere = (name: string): boolean => spawnSync(programOf(name), ["--version"]).status === 0;
  const names = Object.keys(commands);
  const missing = [...new Set(names.filter((name) => !isThere(name)).map(programOf))];
  const tools = names.filter(isThere).map((name) => peer(name, path.join(folder, name.replace(/\W+/g, "-"))));
  return { tools, missing };
}

function peer(name: string, folder: string): Tool {
  const { prepare, copy, restore } = commands[name]!;
  const repository = path.join(folder, "repository");
  const environment = { ...secret, RESTIC_CACHE_DIR: `${folder}/cache`, BORG_BASE_DIR: `${folder}/home` };
  return {
    name,
    run: async (job, image) => {
      if (job === "initial") {
        fs.rmSync(folder, { recursive: true, force: true });
        fs.mkdirSync(repository, { recursive: true });
        if (prepare) await measure(prepare(repository), { environment });
      }
      const to = path.join(folder, "restored");
      const command = job === "restore" ? restore(repository, image, to) : copy(repository, image, job);
      if (command === undefined) return undefined;
      fs.rmSync(to, { recursive: true, force: true });
      fs.mkdirSync(to, { recursive: true });
      const before = await storedBytes(repository);
      const place = job === "restore" ? { folder: to } : {};
      const done = await measure(command, { environment, ...place });
      // Peers do not wait for the device; we do.
      const synced = await measure(["sync", "-f", job === "restore" ? to : repository]);
      const bytesStored = (await storedBytes(repository)) - before;
      return { ...done, seconds: done.seconds + synced.seconds, bytesStored };
    },
  };
}

const entry = path.join(import.meta.dirname, "our-job.ts");

/** One of our jobs in a process of its own, Node's start included. */
export async function ourJob(job: string, args: object): Promise<JobResult & Record<string, unknown>> {
  const done = await measure([process.execPath, "--no-warnings", entry, job, JSON.stringify(args)]);
  return { bytesStored: 0, ...done, ...(JSON.parse(done.output) as object) };
}

export function siterecovery(folder: string): Tool {
  const store = path.join(folder, "ours");
  const keyFile = path.join(folder, "bench.key");
  const job: Record<Job, string> = {
    initial: "initial",
    delta1: "delta",
    delta10: "delta",
    resync: "resync",
    restore: "restore",
  };
  return {
    name: "siterecovery",
    run: async (name, image) => {
      if (name === "initial") {
        fs.rmSync(store, { recursive: true, force: true });
        fs.writeFileSync(keyFile, "ab".repeat(32));
      }
      const to = path.join(folder, "ours-restored.img");
      fs.rmSync(to, { force: true });
      return ourJob(job[name], { image, store, keyFile, to });
    },
  };
}
