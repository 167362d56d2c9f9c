import { type ErrorCode, SiteRecoveryError } from "../../errors.ts";
import { type Message, said } from "../../message.ts";
import { isOfCertificate } from "../../certificate-code.ts";
import { away, clockDiffers } from "../remote-messages.ts";
import { type RemoteFailure, retryAfterOf } from "../remote-retry.ts";

/** What the SDK throws: of it only what is read here may reach a message. Its text and request can hold credentials. */
interface ThrownBySdk {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly Region?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
}

const transientStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** What a busy server, a line that damaged a request, or two requests for one name at once lead to. */
const transientCodes: ReadonlySet<string> = new Set([
  "SlowDown",
  "Throttling",
  "RequestTimeout",
  "IncompleteBody",
  "BadDigest",
  "XAmzContentSHA256Mismatch",
  "ConditionalRequestConflict",
  "OperationAborted",
]);
const refusals: ReadonlySet<string> = new Set([
  "InvalidAccessKeyId",
  "XAdminUserNotFound",
  "InvalidToken",
  "ExpiredToken",
  "TokenRefreshRequired",
]);
const quotas: ReadonlySet<string> = new Set(["QuotaExceeded", "InsufficientStorage", "EntityTooLarge"]);

export function statusOf(thrown: unknown): number | undefined {
  return (thrown as ThrownBySdk).$metadata?.httpStatusCode;
}

/** The server's own code of an error, such as `NoSuchBucket`, or that of the connection; empty if none can be shown. */
export function codeOf(thrown: unknown): string {
  const { name, code } = thrown as ThrownBySdk;
  const given = (statusOf(thrown) === undefined ? code : name) ?? "";
  // Answers to HEAD have no body, and the SDK makes these of them.
  if (["Error", "Unknown", "UnknownError", "NotFound"].includes(given)) return "";
  return /^[A-Za-z0-9_]{1,60}$/.test(given) ? given : "";
}

/** Throws an error of a request for a bucket: what the answer does not say is absent is the bucket. */
export function throwOfBucket(error: unknown): never {
  throw statusOf(error) === 404 ? Object.assign(error as Error, { name: "NoSuchBucket" }) : error;
}

/** Whether other credentials, read again, may be taken: they expire and are exchanged. Answers to HEAD do not say. */
export function isRefusal(thrown: unknown): boolean {
  const status = statusOf(thrown);
  const code = codeOf(thrown);
  return refusals.has(code) || (code === "" && (status === 400 || status === 401 || status === 403));
}

/** What an error of the SDK means for an engine that keeps replicas in `place`. */
export function classify(thrown: unknown, place: string, now: number): RemoteFailure {
  if (thrown instanceof TypeError) throw thrown;
  if (thrown instanceof SiteRecoveryError) return { error: thrown, isTransient: false };
  const { name = "", message, $metadata, $response } = thrown as ThrownBySdk;
  const headers = $response?.headers ?? {};
  const status = statusOf(thrown);
  const code = codeOf(thrown);
  const fail = (errorCode: ErrorCode, text: Message, isTransient = false): RemoteFailure => {
    const wait = retryAfterOf(headers["retry-after"], now);
    const error = new SiteRecoveryError(errorCode, text, { target: place });
    return { error, isTransient, ...(wait === undefined ? {} : { retryAfterMilliseconds: wait }) };
  };
  if (status === undefined) {
    if (message === "Region is missing")
      return fail("InvalidInput", said`The region of ${place} is not known. Name it, or set AWS_REGION.`);
    if (/^(Credentials|Token)Provider/.test(name))
      return fail("TargetUnreachable", withoutCredentials(place));
    return fail("TargetUnreachable", away(place, code), !isOfCertificate(code));
  }
  const id = /^[\w-]{1,60}/.exec($metadata?.requestId ?? "")?.[0];
  const request = id === undefined ? said`` : said` (request ${id})`;
  const answer = said`it answers ${status}${code === "" ? said`` : said` ${code}`}${request}`;

  if (transientStatuses.has(status) || transientCodes.has(code)) {
    return fail(
      "TargetUnreachable",
      said`${place} cannot be used now: ${answer}. It is tried again later.`,
      true,
    );
  }
  if (code === "NoSuchBucket") {
    const text = said`There is no bucket at ${place}: ${answer}. Nothing is made in its place. Restore it, or correct its name.`;
    return fail("TargetUnreachable", text);
  }
  const region = headers["x-amz-bucket-region"] ?? (thrown as ThrownBySdk).Region;
  if (status === 301 || code === "AuthorizationHeaderMalformed") {
    return fail("TargetUnreachable", elsewhere(place, answer, region));
  }
  if (quotas.has(code) || status === 413 || status === 507) {
    return fail(
      "DiskFull",
      said`${place} has no room: ${answer}. Raise its quota; the work resumes where it stopped.`,
    );
  }
  if (code === "InvalidObjectState") {
    return fail(
      "IoFailed",
      said`${place} has moved it to an archive: ${answer}. Restore it to a class that can be read at once.`,
    );
  }
  if (code === "ObjectLocked") {
    return fail("InUse", said`${place} is kept by a retention lock: ${answer}. Wait until the lock ends.`);
  }
  if (status === 401 || status === 403 || refusals.has(code)) {
    return fail(
      "TargetUnreachable",
      clockDiffers(place, answer, headers["date"], now) ?? refused(place, answer),
    );
  }
  return fail("IoFailed", said`${place} cannot do it: ${answer}.`);
}

function withoutCredentials(place: string): Message {
  return said`There are no credentials for ${place}. Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, sign in with aws sso login, or name what holds them.`;
}

function elsewhere(place: string, answer: Message, region: string | undefined): Message {
  const isNamed = region !== undefined && /^[a-z0-9-]{1,40}$/.test(region);
  const where = isNamed ? said`the region ${region}` : said`another region`;
  return said`${place} is in ${where}: ${answer}. Name that region.`;
}

function refused(place: string, answer: Message): Message {
  return said`${place} refuses the credentials: ${answer}. Check them, and that their policy allows to list the bucket and to get, put and delete objects in it.`;
}
