import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";

/** Throws `InvalidInput` unless the range is within the disk. */
export function checkRange(diskPath: string, sizeBytes: number, offset: number, length: number): void {
  if (Number.isSafeInteger(offset) && offset >= 0 && offset + length <= sizeBytes) return;
  const range = `Bytes ${offset} to ${offset + length}`;
  const message = said`${range} are not within ${diskPath}, which has ${sizeBytes} bytes.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: diskPath });
}
