/** What a pipeline's worker threads run: takes batches, answers with results. See pipeline.ts. */
import { localFileSystem } from "../../blocks/file-system.ts";
import { openObjects } from "../../drivers/open-objects.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { Batch } from "./batches.ts";
import type { BatchFailure, WorkerAnswer } from "./pipeline.ts";
import { MemoryRelease } from "./release-memory.ts";
import { runBatch } from "./run-batch.ts";
import type { Objects, ObjectsAddress } from "../../ports/objects.ts";

const memory = new MemoryRelease();

/** Places that this thread has opened, by their addresses. */
const places = new Map<string, Objects>();

function placeAt(address: ObjectsAddress): Objects {
  const key = JSON.stringify(address);
  const objects = places.get(key) ?? openObjects(address);
  places.set(key, objects);
  return objects;
}

/** A copy prepares files of this computer only. */
const nowhere: ObjectsAddress = { driver: "folder", settings: { folder: "" } };

export async function answer(batch: Batch): Promise<WorkerAnswer> {
  try {
    const objects = placeAt(batch.type === "restore" ? (batch.from ?? nowhere) : nowhere);
    const reach = { files: localFileSystem, objects };
    return { result: await runBatch(batch, reach, (bytes) => memory.afterBytes(bytes)) };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function failureOf(error: unknown): BatchFailure {
  if (!(error instanceof SiteRecoveryError)) {
    const message = String((error as Error).stack ?? error);
    return { code: "Bug", message, target: undefined, errno: undefined };
  }
  const { code, message, target } = error;
  return { code, message, target, errno: (error.cause as { code?: string } | undefined)?.code };
}
