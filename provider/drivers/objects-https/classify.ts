import { type ErrorCode, SiteRecoveryError } from "../../errors.ts";
import { type Message, said } from "../../message.ts";
import { isOfCertificate } from "../../certificate-code.ts";
import { away, clockDiffers } from "../remote-messages.ts";
import { type RemoteFailure, retryAfterOf } from "../remote-retry.ts";
import { type Problem, problemHeader, problems } from "./protocol.ts";

/** A server's answer that is no success, without its body. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;

  constructor(status: number, headers: Readonly<Record<string, string | string[] | undefined>>) {
    super(`The server answers ${status}.`);
    this.status = status;
    this.headers = headers;
  }

  /** `undefined` if the answer is not of this protocol. */
  get problem(): Problem | undefined {
    const word = this.headers[problemHeader];
    return typeof word === "string" && Object.hasOwn(problems, word) ? (word as Problem) : undefined;
  }

  header(name: string): string | undefined {
    const value = this.headers[name];
    return typeof value === "string" ? value : undefined;
  }
}

/** Whether the answer says that the object, or the state of it that was named, is not there. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Refusal && error.problem === "NoObject";
}

export function isLost(error: unknown): boolean {
  return error instanceof Refusal && error.problem === "ConditionLost";
}

const transientStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** What OpenSSL says when the server ends a connection because of the client's certificate. */
const refusedAlert = /ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)/;

/** What an error of a request means for an engine that keeps replicas in `place`. */
export function classify(thrown: unknown, place: string, now: number): RemoteFailure {
  if (thrown instanceof TypeError) throw thrown;
  if (thrown instanceof SiteRecoveryError) return { error: thrown, isTransient: false };
  if (!(thrown instanceof Refusal)) return withoutAnswer(thrown, place);
  const { status, problem } = thrown;
  const answer = said`it answers ${status}${problem === undefined ? said`` : said` ${problem}`}`;
  const fail = (code: ErrorCode, message: Message, isTransient = false): RemoteFailure => {
    const wait = retryAfterOf(thrown.header("retry-after"), now);
    const error = new SiteRecoveryError(code, message, { target: place });
    return { error, isTransient, ...(wait === undefined ? {} : { retryAfterMilliseconds: wait }) };
  };
  if (transientStatuses.has(status) || problem === "BadDigest") {
    const message = said`${place} cannot be used now: ${answer}. It is tried again later.`;
    return fail("TargetUnreachable", message, true);
  }
  if (status === 401 || status === 403) {
    const wrongClock = clockDiffers(place, answer, thrown.header("date"), now);
    return fail("TargetUnreachable", wrongClock ?? refused(place, answer, problem));
  }
  if (problem === "NoStore") {
    const message = said`There is no store at ${place}: ${answer}. Nothing is made in its place. Restore its folder there, or correct its name.`;
    return fail("TargetUnreachable", message);
  }
  if (status === 507 || status === 413) {
    const message = said`${place} has no room: ${answer}. Free some space there, or raise its limit; the work resumes where it stopped.`;
    return fail("DiskFull", message);
  }
  if (problem === "OtherVersion") {
    return fail(
      "IoFailed",
      said`${place} has another version of siterecovery: ${answer}. Install the same one at both sites.`,
    );
  }
  return fail("IoFailed", said`${place} cannot do it: ${answer}.`);
}

function withoutAnswer(thrown: unknown, place: string): RemoteFailure {
  const { code: given = "" } = thrown as { readonly code?: string };
  // An attempt that took too long is ended by this computer.
  const code = /^[A-Za-z0-9_]{1,60}$/.test(given) && given !== "ABORT_ERR" ? given : "";
  const fail = (message: Message, isTransient: boolean): RemoteFailure => ({
    error: new SiteRecoveryError("TargetUnreachable", message, { target: place }),
    isTransient,
  });
  if (refusedAlert.test(code)) {
    return fail(
      said`${place} refuses the certificate of this computer (${code}). Let its authority make a new one.`,
      false,
    );
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    const message = said`The certificate of ${place} is not valid by the clock of this computer (${code}). Compare the clocks; if they agree, renew the certificate there.`;
    return fail(message, false);
  }
  return fail(away(place, code), !isOfCertificate(code));
}

function refused(place: string, answer: Message, problem: Problem | undefined): Message {
  if (problem === "NotInItsTime") {
    return said`The certificate that this computer shows to ${place} has ended: ${answer}. Let its authority make a new one.`;
  }
  if (problem === "ReadOnly") return said`${place} is served for reading only: ${answer}.`;
  if (problem === "NotAllowed") {
    return said`${place} does not allow it to this computer: ${answer}. The list of clients there says what it may do.`;
  }
  return said`${place} refuses the credentials: ${answer}. Check that the client is in the list there.`;
}
