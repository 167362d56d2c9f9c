import grpc from "@grpc/grpc-js";
import providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import statusMessages from "@pulumi/pulumi/proto/status_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { DoorFailure, type Values } from "./door.ts";

/** Pulumi's wrapper of a secret. */
export function secret(value: unknown): Values {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

export function toStruct(values: Values): InstanceType<typeof struct.Struct> {
  return struct.Struct.fromJavaScript(values as never);
}

type Call =
  "check" | "checkConfig" | "diff" | "diffConfig" | "configure" | "create" | "update" | "read" | "delete";
type OtherCall =
  "invoke" | "cancel" | "getSchema" | "getPluginInfo" | "handshake" | "getMapping" | "construct";

/** What Pulumi's engine is told of a failure: in the message, or in its details. */
function failureOf(error: grpc.ServiceError): DoorFailure {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  if (!bytes) return new DoorFailure(error.details, []);
  const status = statusMessages.Status.deserializeBinary(bytes as Buffer);
  const detail = messages.ErrorResourceInitFailed.deserializeBinary(
    status.getDetailsList()[0]!.getValue_asU8(),
  );
  const state = detail.getProperties()!.toJavaScript() as Values;
  return new DoorFailure(error.details, detail.getReasonsList(), { id: detail.getId(), state });
}

/** A gRPC client of the plugin, as Pulumi's engine has one. */
export class PluginClient {
  readonly #client: InstanceType<typeof providerService.ResourceProviderClient>;

  constructor(port: number) {
    const credentials = grpc.credentials.createInsecure();
    this.#client = new providerService.ResourceProviderClient(`127.0.0.1:${port}`, credentials);
  }

  call<Response>(name: Call | OtherCall, request: unknown): Promise<Response> {
    return new Promise((resolve, reject) => {
      const method = (this.#client as unknown as Record<string, (...words: unknown[]) => void>)[name]!;
      method.call(this.#client, request, (error: grpc.ServiceError | null, response: Response) =>
        error
          ? reject(error.code === grpc.status.UNIMPLEMENTED ? error : failureOf(error))
          : resolve(response),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}
