/** Errors as Pulumi's engine takes them. It shows the message alone, so that has all that people need. */
import grpc from "@grpc/grpc-js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import statusMessages from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import { errorText } from "../pulumi/error-text.ts";
import { HalfDone } from "../pulumi/half-done.ts";
import type { Kind } from "../kinds/kind.ts";
import { sendState } from "./property-values.ts";
import type { SecretValues } from "../pulumi/secret-values.ts";

export interface RpcError {
  readonly code: grpc.status;
  readonly details: string;
  readonly metadata?: grpc.Metadata;
}

/** With these details the engine keeps the resource in the state, and calls for an update next time. */
function initFailed(
  { id, state }: HalfDone,
  kind: Kind,
  reason: string,
  secrets: SecretValues,
): grpc.Metadata {
  const failed = new messages.ErrorResourceInitFailed();
  failed.setId(id);
  failed.setProperties(sendState(kind, state, secrets));
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

/** An error of a call; `kind` is of the resource that the call was about. */
export function rpcError(error: unknown, secrets: SecretValues, kind?: Kind): RpcError {
  const cause = error instanceof HalfDone ? error.cause : error;
  const reason = errorText(cause, secrets);
  if (!(error instanceof HalfDone) || !kind) return { code: grpc.status.UNKNOWN, details: reason };
  return {
    code: grpc.status.UNKNOWN,
    details: reason,
    metadata: initFailed(error, kind, reason, secrets),
  };
}
