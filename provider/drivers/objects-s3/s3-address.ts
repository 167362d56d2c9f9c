import { SiteRecoveryError } from "../../errors.ts";
import { type Message, said } from "../../message.ts";
import type { ObjectsAddress } from "../../ports/objects.ts";
import type { S3Settings } from "./settings.ts";

/** What a URL does not say. */
export type S3Options = Omit<S3Settings, "bucket" | "prefix">;

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Buckets of one zone list their objects in no order. */
const directoryBucket = /--x-s3$/;
/** Names of objects follow it, of up to 1024 bytes in all. */
const prefixLengthMax = 300;
const prefixPart = /^(?!\.{1,2}$)[A-Za-z0-9!_.()-]+$/;

/** The place that `s3://bucket` or `s3://bucket/prefix` names. Throws `InvalidInput`, and shows nothing of what may be a secret. */
export function s3AddressOf(url: string, options: S3Options = {}): ObjectsAddress {
  const [, bucket, path = ""] = /^s3:\/\/([^/?#@:]+)(?:\/([^?#]*))?$/.exec(url) ?? [];
  if (bucket === undefined) {
    throw wrong(
      said`It must have the form s3://bucket/prefix, without user, port and query: credentials are named apart from it.`,
    );
  }
  if (!bucketName.test(bucket) || directoryBucket.test(bucket))
    throw wrong(said`"${bucket}" cannot be the name of a general purpose bucket.`);
  const prefix = path.replace(/\/$/, "");
  if (prefix === "") return addressOf({ ...options, bucket });
  if (prefix.length > prefixLengthMax || !prefix.split("/").every((part) => prefixPart.test(part))) {
    throw wrong(
      said`The prefix "${prefix}" must have parts of letters, digits and "!_.()-" with "/" between them, ${prefixLengthMax} characters at most.`,
    );
  }
  return addressOf({ ...options, bucket, prefix });
}

function addressOf(settings: S3Settings): ObjectsAddress {
  return { driver: "s3", settings };
}

function wrong(why: Message): SiteRecoveryError {
  return new SiteRecoveryError("InvalidInput", said`The URL of an S3 bucket is wrong. ${why}`, {
    property: "url",
  });
}
