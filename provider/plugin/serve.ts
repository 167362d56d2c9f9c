/**
 * The provider plugin: Pulumi's `ResourceProvider` service over gRPC, on the loopback address. Calls that are not
 * listed here are answered with UNIMPLEMENTED, as Pulumi expects of what a provider does not have.
 */
import grpc from "@grpc/grpc-js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { packageSchema } from "../package-schema/package-schema.ts";
import { packageVersion } from "../package-version.ts";
import { checkConfig, diffConfig, homeOf } from "./configure.ts";
import { invoke } from "./invoke.ts";
import type { ProviderSession } from "./provider-session.ts";
import { ResourceService } from "./resource-service.ts";
import { rpcError } from "./rpc-error.ts";
import { SecretValues } from "../pulumi/secret-values.ts";

/** One call with its answer as a promise; what is thrown becomes the call's error. */
function unary<Request, Response>(
  run: (request: Request) => Promise<Response> | Response,
): grpc.handleUnaryCall<Request, Response> {
  return (call, answer) => {
    const work = async (): Promise<Response> => run(call.request);
    work().then(
      (response) => answer(null, response),
      (error: unknown) => {
        const isReady = error !== null && typeof error === "object" && "details" in error;
        answer((isReady ? error : rpcError(error, new SecretValues())) as grpc.ServiceError);
      },
    );
  };
}

function handshake(): InstanceType<typeof messages.ProviderHandshakeResponse> {
  const answer = new messages.ProviderHandshakeResponse();
  answer.setAcceptSecrets(true);
  answer.setSupportsAutonamingConfiguration(true);
  return answer;
}

function configured(): InstanceType<typeof messages.ConfigureResponse> {
  const answer = new messages.ConfigureResponse();
  answer.setAcceptsecrets(true);
  answer.setSupportspreview(true);
  answer.setSupportsAutonamingConfiguration(true);
  return answer;
}

function serviceOf(session: ProviderSession): grpc.UntypedServiceImplementation {
  const resources = new ResourceService(session);
  const nothing = (): InstanceType<typeof empty.Empty> => new empty.Empty();
  return {
    handshake: unary(handshake),
    getSchema: unary(() => new messages.GetSchemaResponse().setSchema(JSON.stringify(packageSchema()))),
    getPluginInfo: unary(() => new pluginMessages.PluginInfo().setVersion(packageVersion())),
    checkConfig: unary(checkConfig),
    diffConfig: unary(diffConfig),
    configure: unary((request: InstanceType<typeof messages.ConfigureRequest>) => {
      session.home = homeOf(request);
      return configured();
    }),
    invoke: unary((request: InstanceType<typeof messages.InvokeRequest>) => invoke(request, session.home)),
    check: unary((request: InstanceType<typeof messages.CheckRequest>) => resources.check(request)),
    diff: unary((request: InstanceType<typeof messages.DiffRequest>) => resources.diff(request)),
    create: unary((request: InstanceType<typeof messages.CreateRequest>) => resources.create(request)),
    read: unary((request: InstanceType<typeof messages.ReadRequest>) => resources.read(request)),
    update: unary((request: InstanceType<typeof messages.UpdateRequest>) => resources.update(request)),
    delete: unary(async (request: InstanceType<typeof messages.DeleteRequest>) => {
      await resources.delete(request);
      return nothing();
    }),
    cancel: unary(() => {
      session.cancel();
      return nothing();
    }),
  };
}

export interface Served {
  readonly port: number;
  /** Resolves when the running calls have been answered; new ones are refused. */
  end(): Promise<void>;
  /** Drops everything at once. */
  stop(): void;
}

/** Starts to serve, on a free port of the loopback address. */
export async function serve(session: ProviderSession): Promise<Served> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  const definition = providerService.ResourceProviderService as unknown as grpc.ServiceDefinition;
  server.addService(definition, serviceOf(session));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const end = (): Promise<void> => new Promise((resolve) => server.tryShutdown(() => resolve()));
  return { port, end, stop: () => server.forceShutdown() };
}
