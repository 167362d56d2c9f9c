/** Errors as Pulumi's engine takes them. It shows the message alone, so all that people need stands there. */
import grpc from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import statusMessages from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import { SiteRecoveryError } from "../errors.ts";
import { HalfDone } from "../pulumi/half-done.ts";
import { send } from "./property-values.ts";
import type { SecretValues } from "../pulumi/secret-values.ts";

export interface RpcError {
  readonly code: grpc.status;
  readonly details: string;
  readonly metadata?: grpc.Metadata;
}

/** Ours are for people as they are; of anything else the place is wanted. */
function sentenceOf(error: unknown): string {
  if (error instanceof SiteRecoveryError) return error.message;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `Internal error, please report it: ${text}`;
}

/** With these details the engine keeps the resource in the state, and calls for an update next time. */
function initFailed({ id, state }: HalfDone, reason: string, secrets: SecretValues): grpc.Metadata {
  const failed = new messages.ErrorResourceInitFailed();
  failed.setId(id);
  failed.setProperties(send(state, secrets));
  failed.setReasonsList([reason]);
  const details = new any.Any();
  details.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusMessages.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(reason);
  status.addDetails(details);
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return metadata;
}

export function rpcError(error: unknown, secrets: SecretValues): RpcError {
  const cause = error instanceof HalfDone ? error.cause : error;
  const reason = secrets.conceal(sentenceOf(cause));
  if (!(error instanceof HalfDone)) return { code: grpc.status.UNKNOWN, details: reason };
  return {
    code: grpc.status.UNKNOWN,
    details: reason,
    metadata: initFailed(error, reason, secrets),
  };
}
