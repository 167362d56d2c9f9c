/** Retention locks of objects, by Object Lock of S3. */
import type { HeadObjectCommandOutput, PutObjectCommandInput } from "@aws-sdk/client-s3";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { keptObject, nothingToLock } from "../kept-object.ts";
import { once } from "../once.ts";
import type { Bucket } from "./bucket.ts";
import { codeOf } from "./classify.ts";
import type { S3Settings } from "./settings.ts";

export type LockHeaders = Pick<PutObjectCommandInput, "ObjectLockMode" | "ObjectLockRetainUntilDate">;

export class ObjectLock {
  readonly #bucket: Bucket;
  readonly #mode: S3Settings["retentionLock"];
  /**
   * Whether objects of the bucket can be locked; true if this identity may not know. Throws `InvalidInput` for a bucket that
   * locks every object by itself.
   */
  readonly isOn: () => Promise<boolean>;

  constructor(bucket: Bucket, mode: S3Settings["retentionLock"]) {
    this.#bucket = bucket;
    this.#mode = mode;
    this.isOn = once(() => this.#ask());
  }

  async #ask(): Promise<boolean> {
    const { name: Bucket, place } = this.#bucket;
    const rule = await this.#bucket.request({}, async (s3, abortSignal) => {
      try {
        const answer = await s3.getObjectLockConfiguration({ Bucket }, { abortSignal });
        return answer.ObjectLockConfiguration;
      } catch (error) {
        if (codeOf(error) === "AccessDenied") return { ObjectLockEnabled: "Enabled" as const };
        if (["ObjectLockConfigurationNotFoundError", "NotImplemented"].includes(codeOf(error)))
          return undefined;
        throw error;
      }
    });
    if (rule?.Rule?.DefaultRetention?.Mode !== undefined) {
      const message = said`The bucket of ${place} locks every object, also what must be replaced, such as claims. Remove its default retention; what has to be kept is locked one by one.`;
      throw new SiteRecoveryError("InvalidInput", message, { target: place });
    }
    return rule?.ObjectLockEnabled === "Enabled";
  }

  /** What a put says to lock its object. Throws `InvalidInput` if there are no locks. */
  async headersOf(lockedUntil: number | undefined): Promise<LockHeaders> {
    if (lockedUntil === undefined) return {};
    return {
      ObjectLockMode: await this.#requireMode(),
      ObjectLockRetainUntilDate: dateOfLock(lockedUntil),
    };
  }

  /** Throws `InUse` for an object that a lock or a legal hold keeps. Resolves to whether there is the object. */
  async requireUnlocked(name: string, signal: AbortSignal | undefined): Promise<boolean> {
    const facts = await this.#bucket.head(name, signal);
    if (facts === undefined) return false;
    const end = this.#endOf(facts);
    if (end === undefined && facts.ObjectLockLegalHoldStatus !== "ON") return true;
    throw keptObject(this.#bucket.placeOf(name), end, "S3");
  }

  async lockUntil(name: string, instant: number): Promise<void> {
    const mode = await this.#requireMode();
    const place = this.#bucket.placeOf(name);
    const found = await this.#bucket.head(name);
    if (found === undefined) throw nothingToLock(this.#bucket.placeOf(name));
    const RetainUntilDate = dateOfLock(instant);
    if ((this.#endOf(found) ?? 0) >= RetainUntilDate.getTime()) return;
    // A lock that is there stays of its kind: to change that may need rights of its own.
    const Mode = this.#endOf(found) === undefined ? mode : (found.ObjectLockMode ?? mode);
    await this.#bucket.request({ place }, (s3, abortSignal) =>
      s3.putObjectRetention(
        { ...this.#bucket.object(name), Retention: { Mode, RetainUntilDate } },
        { abortSignal },
      ),
    );
  }

  async lockedUntil(name: string): Promise<number | undefined> {
    const found = await this.#bucket.head(name);
    return found === undefined ? undefined : this.#endOf(found);
  }

  #endOf({ ObjectLockRetainUntilDate }: HeadObjectCommandOutput): number | undefined {
    const end = ObjectLockRetainUntilDate?.getTime();
    return end !== undefined && end > this.#bucket.clock.now() ? end : undefined;
  }

  async #requireMode(): Promise<"COMPLIANCE" | "GOVERNANCE"> {
    const { place } = this.#bucket;
    if (this.#mode === undefined) {
      const message = said`Objects in ${place} are not to be locked until a time by its settings. Name a retention lock in them, or leave it out.`;
      throw new SiteRecoveryError("InvalidInput", message, { target: place });
    }
    if (!(await this.isOn())) {
      const message = said`The bucket of ${place} has no Object Lock, so that nothing in it can be locked until a time. Enable Object Lock on it, or leave the retention lock out.`;
      throw new SiteRecoveryError("InvalidInput", message, { target: place });
    }
    return this.#mode === "compliance" ? "COMPLIANCE" : "GOVERNANCE";
  }
}

/** Servers keep whole seconds: a lock is rather longer than it was asked for. */
function dateOfLock(instant: number): Date {
  return new Date(Math.ceil(instant / 1000) * 1000);
}
