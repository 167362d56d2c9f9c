/** Retention locks of blobs, by version-level immutability policies of Azure Storage. */
import type { BlobGetPropertiesResponse, BlobImmutabilityPolicy, ContainerClient } from "@azure/storage-blob";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { keptObject, nothingToLock } from "../kept-object.ts";
import type { AzureBlobSettings } from "./settings.ts";

/** What the locks of a container need of the one that sends its requests. */
export interface BlobRequests {
  readonly place: string;
  placeOf(name: string): string;
  properties(name: string, signal: AbortSignal | undefined): Promise<BlobGetPropertiesResponse | undefined>;
  request<T>(
    name: string,
    work: (container: ContainerClient, abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T>;
  /** The clock of this computer, in milliseconds since 1970. */
  now(): number;
}

export class Immutability {
  readonly #mode: AzureBlobSettings["retentionLock"];
  readonly #blobs: BlobRequests;

  constructor(mode: AzureBlobSettings["retentionLock"], blobs: BlobRequests) {
    this.#mode = mode;
    this.#blobs = blobs;
  }

  /** What a put says to lock its blob. Throws `InvalidInput` if the settings have no lock. */
  optionsOf(lockedUntil: number | undefined): { immutabilityPolicy?: BlobImmutabilityPolicy } {
    return lockedUntil === undefined ? {} : { immutabilityPolicy: this.#policy(lockedUntil) };
  }

  /** Throws `InUse` for a blob that a policy or a legal hold keeps. */
  async requireUnlocked(name: string, signal: AbortSignal | undefined): Promise<void> {
    const found = await this.#blobs.properties(name, signal);
    const end = found && this.#endOf(found);
    if (end === undefined && found?.legalHold !== true) return;
    throw keptObject(this.#blobs.placeOf(name), end, "Azure");
  }

  /** Makes a lock longer, never shorter. Throws `NotFound` if there is no such blob. */
  async lockUntil(name: string, instant: number): Promise<void> {
    const policy = this.#policy(instant);
    const found = await this.#blobs.properties(name, undefined);
    if (found === undefined) throw nothingToLock(this.#blobs.placeOf(name));
    const end = this.#endOf(found);
    if ((end ?? 0) >= policy.expiriesOn.getTime()) return;
    // A lock that is there stays of its kind: a locked policy cannot become an unlocked one.
    const isLocked = end !== undefined && found.immutabilityPolicyMode?.toLowerCase() === "locked";
    const kept = isLocked ? { ...policy, policyMode: "Locked" as const } : policy;
    await this.#blobs.request(name, (container, abortSignal) =>
      container.getBlobClient(name).setImmutabilityPolicy(kept, { abortSignal }),
    );
  }

  async lockedUntil(name: string): Promise<number | undefined> {
    const found = await this.#blobs.properties(name, undefined);
    return found && this.#endOf(found);
  }

  #endOf({ immutabilityPolicyExpiresOn }: BlobGetPropertiesResponse): number | undefined {
    const end = immutabilityPolicyExpiresOn?.getTime();
    return end !== undefined && end > this.#blobs.now() ? end : undefined;
  }

  #policy(instant: number): { expiriesOn: Date; policyMode: "Locked" | "Unlocked" } {
    const { place } = this.#blobs;
    if (this.#mode === undefined) {
      const message = said`Objects in ${place} are not to be locked until a time by its settings. Name a retention lock in them, or leave it out.`;
      throw new SiteRecoveryError("InvalidInput", message, { target: place });
    }
    // Servers keep whole seconds: a lock is rather longer than it was asked for.
    const expiriesOn = new Date(Math.ceil(instant / 1000) * 1000);
    return { expiriesOn, policyMode: this.#mode === "compliance" ? "Locked" : "Unlocked" };
  }
}
