import { type ErrorCode, SiteRecoveryError } from "../../errors.ts";
import { type Message, said } from "../../message.ts";
import { isOfCertificate } from "../../certificate-code.ts";
import { away, clockDiffers } from "../remote-messages.ts";
import { type RemoteFailure, retryAfterOf } from "../remote-retry.ts";

/** What the SDK throws: of it only what is read here may reach a message. Its text and request can hold credentials. */
interface ThrownBySdk {
  readonly name?: string;
  readonly code?: string;
  readonly statusCode?: number;
  readonly details?: { readonly errorCode?: string };
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

const transientStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

export function statusOf(thrown: unknown): number | undefined {
  return (thrown as ThrownBySdk).statusCode;
}

/** The server's own code of an error, such as `ContainerNotFound`; empty if it gave none that can be shown. */
export function codeOf(thrown: unknown): string {
  const { code, details } = thrown as ThrownBySdk;
  const given = code ?? details?.errorCode ?? "";
  return /^[A-Za-z0-9_]{1,60}$/.test(given) ? given : "";
}

/** What an error of the SDK means for an engine that keeps replicas in `place`. */
export function classify(thrown: unknown, place: string, now: number): RemoteFailure {
  if (thrown instanceof TypeError) throw thrown;
  if (thrown instanceof SiteRecoveryError) return { error: thrown, isTransient: false };
  const header = (name: string): string | undefined =>
    (thrown as ThrownBySdk).response?.headers?.get(name) ?? undefined;
  const status = statusOf(thrown);
  const code = codeOf(thrown);
  const fail = (errorCode: ErrorCode, message: Message, isTransient = false): RemoteFailure => {
    const wait = retryAfterOf(header("retry-after"), now);
    const error = new SiteRecoveryError(errorCode, message, { target: place });
    return { error, isTransient, ...(wait === undefined ? {} : { retryAfterMilliseconds: wait }) };
  };
  const id = header("x-ms-request-id");
  const request = id !== undefined && /^[\w-]{1,60}$/.test(id) ? said` (request ${id})` : said``;
  const answer = said`it answers ${status ?? "nothing"}${code === "" ? said`` : said` ${code}`}${request}`;

  if (status === undefined) return fail("TargetUnreachable", away(place, code), !isOfCertificate(code));
  if (transientStatuses.has(status)) {
    return fail(
      "TargetUnreachable",
      said`${place} cannot be used now: ${answer}. It is tried again later.`,
      true,
    );
  }
  if (status === 401 || status === 403) {
    const wrongClock = clockDiffers(place, answer, header("date"), now);
    return fail("TargetUnreachable", wrongClock ?? refused(place, answer));
  }
  if (code === "ContainerNotFound" || code === "ContainerBeingDeleted" || code === "ContainerDisabled") {
    const message = said`There is no container at ${place}: ${answer}. Nothing is made in its place. Restore it, or correct its name.`;
    return fail("TargetUnreachable", message);
  }
  if (code === "BlobImmutableDueToPolicy") {
    const message = said`${place} keeps it by a retention lock or a legal hold: ${answer}. Wait until the lock ends.`;
    return fail("InUse", message);
  }
  if (code.includes("Immutability") || code.includes("VersionLevel")) {
    const message = said`${place} takes no retention lock: ${answer}. Enable version-level immutability on the account or the container, or leave retentionLock out.`;
    return fail("InvalidInput", message);
  }
  if (status === 413 || status === 507) {
    return fail(
      "DiskFull",
      said`${place} has no room: ${answer}. Raise its quota; the work resumes where it stopped.`,
    );
  }
  if (code === "BlobArchived") {
    return fail(
      "IoFailed",
      said`${place} has moved it to the archive tier: ${answer}. Move it to the hot or cool tier.`,
    );
  }
  return fail("IoFailed", said`${place} cannot do it: ${answer}.`);
}

function refused(place: string, answer: Message): Message {
  return said`${place} refuses the credentials: ${answer}. Check them, and that the identity has the role Storage Blob Data Contributor.`;
}
