import type { ContainerClient } from "@azure/storage-blob";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";

/** The server's clock in milliseconds since 1970, to the second. */
export async function serverTime(
  container: ContainerClient,
  place: string,
  abortSignal: AbortSignal,
): Promise<number> {
  const { date } = await container.getProperties({ abortSignal });
  if (date !== undefined) return date.getTime();
  throw new SiteRecoveryError("IoFailed", said`${place} does not say what time it is.`, { target: place });
}
