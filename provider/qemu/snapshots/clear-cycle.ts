/**
 * Ends what a cycle has in a QEMU, its own or that of a process that died: exports, the NBD server, jobs and nodes, in
 * the order in which QEMU lets go of them. The bitmaps that record changes stay.
 */
import type { Clock } from "../../clock.ts";
import { hasCode, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { Qmp } from "../qmp.ts";
import { refusalOf } from "../qmp-refusal.ts";
import { readNodes } from "./block-nodes.ts";
import { type CyclePart, isOurs, isPart } from "./names.ts";

interface ExportInfo {
  readonly id: string;
  readonly type: string;
}

/** A node is removed before those that it reads from. The filter between them goes with its job. */
const nodesBeforeJob: readonly CyclePart[] = ["whole", "access"];
const nodesAfterJob: readonly CyclePart[] = ["both", "fleece", "null"];
const waitMilliseconds = 60_000;
const stepMilliseconds = 5;

export async function clearCycle(qmp: Qmp, clock: Clock): Promise<void> {
  const hadNbd = (await readExports(qmp)).some(({ id }) => isPart("nbd", id));
  await endExports(qmp, clock);
  if (hadNbd) await stopNbdServer(qmp);
  for (const part of nodesBeforeJob) await removeNodes(qmp, clock, part);
  await endJobs(qmp, clock);
  for (const part of nodesAfterJob) await removeNodes(qmp, clock, part);
  for (const { name, bitmaps } of await readNodes(qmp)) {
    const copies = bitmaps.filter((bitmap) => isPart("changed", bitmap.name));
    for (const copy of copies)
      await qmp.execute("block-dirty-bitmap-remove", { node: name, name: copy.name });
  }
}

export async function readExports(qmp: Qmp): Promise<ExportInfo[]> {
  return qmp.execute<ExportInfo[]>("query-block-exports");
}

export async function readJobIds(qmp: Qmp): Promise<string[]> {
  const jobs = await qmp.execute<{ readonly id: string }[]>("query-jobs");
  return jobs.map(({ id }) => id);
}

/** Ends the exports of one kind, or all. */
export async function endExports(qmp: Qmp, clock: Clock, part?: CyclePart): Promise<void> {
  const isMeant = ({ id }: ExportInfo): boolean => (part === undefined ? isOurs(id) : isPart(part, id));
  const ending = (await readExports(qmp)).filter(isMeant);
  for (const { id } of ending) {
    await unlessGone(qmp.execute("block-export-del", { id, mode: "hard" }));
  }
  await until(qmp, clock, async () => !(await readExports(qmp)).some(isMeant));
}

/** Stops the NBD server. False if somebody else exports disks by it. */
export async function stopNbdServer(qmp: Qmp): Promise<boolean> {
  if ((await readExports(qmp)).some(({ type }) => type === "nbd")) return false;
  await unlessGone(qmp.execute("nbd-server-stop"));
  return true;
}

/** A job that copies before writes never ends by itself. */
async function endJobs(qmp: Qmp, clock: Clock): Promise<void> {
  for (const id of (await readJobIds(qmp)).filter(isOurs)) {
    await unlessGone(qmp.execute("block-job-cancel", { device: id, force: true }));
  }
  await until(qmp, clock, async () => !(await readJobIds(qmp)).some(isOurs));
}

async function removeNodes(qmp: Qmp, clock: Clock, part: CyclePart): Promise<void> {
  // An export or a job lets go of its node a moment after it has gone from the list.
  await until(qmp, clock, async () => {
    const names = (await readNodes(qmp)).map(({ name }) => name).filter((name) => isPart(part, name));
    for (const name of names) {
      try {
        await qmp.execute("blockdev-del", { "node-name": name });
      } catch (error) {
        if (!hasCode(error, "Busy")) throw error;
      }
    }
    return names.length === 0;
  });
}

async function until(qmp: Qmp, clock: Clock, isDone: () => Promise<boolean>): Promise<void> {
  const end = clock.monotonic() + waitMilliseconds;
  while (!(await isDone())) {
    if (clock.monotonic() > end) {
      const message = said`QEMU of machine ${qmp.machine} does not let go of what an earlier cycle made. Run again.`;
      throw new SiteRecoveryError("Busy", message, { target: qmp.machine });
    }
    await clock.sleep(stepMilliseconds);
  }
}

/** What is gone already, or ends by itself meanwhile, needs no ending. */
async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const refusal = refusalOf(error);
    const isGone =
      refusal !== undefined &&
      (refusal.errorClass === "DeviceNotActive" ||
        /not (found|running)|already shutting down/i.test(refusal.description));
    if (!isGone) throw error;
  }
}
