import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { Bucket } from "./bucket.ts";
import { throwOfBucket } from "./classify.ts";
import type { OpenedBucket } from "./open-bucket.ts";

/** The server's clock in milliseconds since 1970, to the second, by the `Date` of an answer. */
export async function serverTime(
  { s3, sdk }: OpenedBucket,
  { name: Bucket, place }: Bucket,
  abortSignal: AbortSignal,
): Promise<number> {
  let date: string | undefined;
  const command = new sdk.HeadBucketCommand({ Bucket });
  command.middlewareStack.add(
    (next) => async (parameters) => {
      const answer = await next(parameters);
      date = (answer.response as { headers: Record<string, string | undefined> }).headers["date"];
      return answer;
    },
    { step: "deserialize", name: "readServerTime" },
  );
  await s3.send(command, { abortSignal }).catch(throwOfBucket);
  const time = Date.parse(date ?? "");
  if (!Number.isNaN(time)) return time;
  const message = said`${place} does not say what time it is.`;
  throw new SiteRecoveryError("IoFailed", message, { target: place });
}
